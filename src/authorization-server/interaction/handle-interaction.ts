import { isFirstParty } from '../first-party/first-party-sign-ins.ts'
import { handleFirstParty } from '../first-party/handle-first-party.ts'
import { type Interaction, readAccessRequest } from './access-request.ts'
import { answerConsent, showConsent } from './consent.ts'
import { sendErrorPage, sendMethodNotAllowed } from './error-page.ts'
import type { Exchange, Visit } from './exchange.ts'
import { finishAllowed, finishNotSignedIn } from './finish.ts'

/** The methods of the pages below an interaction; the sign-in has pages of its own. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  '': ['GET'],
  consent: ['POST'],
  'signed-in': ['GET'],
}

/** Serves the pages of an interaction: `/interaction/<uid>` and what is below. */
export async function handleInteraction(visit: Visit, path: string): Promise<void> {
  const { provider, parts, req } = visit
  const [, , uid = '', step = '', rest] = path.split('/')
  if (isFirstParty(uid) && rest === undefined) {
    await handleFirstParty(visit, uid, step)
    return
  }
  const allowed = Object.hasOwn(METHODS, step) ? METHODS[step] : undefined
  if (allowed !== undefined && !allowed.includes(req.method ?? '')) {
    sendMethodNotAllowed(visit, allowed)
    return
  }
  const interaction = rest === undefined ? await findInteraction(visit, uid) : undefined
  if (interaction === undefined) {
    sendErrorPage(visit, 'interaction_not_found')
    return
  }
  if (!(await parts.clients.readDocument(String(interaction.params['client_id']), req))) {
    sendErrorPage(visit, 'client_unreadable')
    return
  }
  const request = await readAccessRequest(provider, parts.settings, interaction)
  if (request === undefined) {
    sendErrorPage(visit, 'interaction_not_found')
    return
  }
  const basePath = `${parts.settings.mountPath}/interaction/${uid}`
  await takeStep({ ...visit, interaction, request, basePath }, step)
}

async function takeStep(exchange: Exchange, step: string): Promise<void> {
  if (step === '') await showConsent(exchange)
  else if (step === 'consent') await answerConsent(exchange)
  else if (step === 'signed-in') await finishSignIn(exchange)
  else if (!(await exchange.parts.signIn.handle(exchange, step))) {
    sendErrorPage(exchange, 'interaction_not_found')
  }
}

/**
 * The user comes from the upstream, whose callback does not see the interaction's cookie: signed in,
 * or not.
 */
async function finishSignIn(exchange: Exchange): Promise<void> {
  const step = await exchange.parts.steps.read(exchange.interaction.uid)
  const { accountId, approval, isDenied } = step
  if (isDenied === true) {
    await finishNotSignedIn(exchange)
    return
  }
  if (accountId === undefined || approval === undefined) {
    sendErrorPage(exchange, 'not_allowed_yet')
    return
  }
  // What the client says about itself has changed since it was allowed.
  if (approval.documentHash !== exchange.request.documentHash) await showConsent(exchange)
  else await finishAllowed(exchange, { accountId, isFresh: true }, approval.remember)
}

/** The interaction that both the path and the cookie of this browser name. */
async function findInteraction(
  { provider, req, res }: Visit,
  uid: string,
): Promise<Interaction | undefined> {
  try {
    const interaction = await provider.interactionDetails(req, res)
    return interaction.uid === uid ? interaction : undefined
  } catch (error) {
    if (error instanceof Error && error.name === 'SessionNotFound') return undefined
    throw error
  }
}
