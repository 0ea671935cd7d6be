import { sendPage } from '../../browser/index.ts'
import { readForm } from '../../http/index.ts'
import type { Realm, Realms } from '../upstream/realms.ts'
import { sendErrorPage, sendMethodNotAllowed } from './error-page.ts'
import type { SignInExchange } from './exchange.ts'

/** The last segment of the page's path. */
export const CHOICE_STEP = 'choose'

/** Sends the user to an upstream, with the address that they have typed in. */
type Send = (exchange: SignInExchange, realm: Realm, email?: string) => Promise<void>

/**
 * The page where users say where they sign in, by their address or by its name. It answers by what is
 * configured alone, and so the same for everybody of a domain, whether they exist or not.
 */
export async function handleChoice(
  exchange: SignInExchange,
  realms: Realms,
  send: Send,
): Promise<void> {
  const { parts, req, interaction } = exchange
  if (req.method !== 'GET' && req.method !== 'POST') {
    sendMethodNotAllowed(exchange, ['GET', 'POST'])
    return
  }
  const { approval } = await parts.steps.read(interaction.uid)
  if (approval === undefined) sendErrorPage(exchange, 'not_allowed_yet')
  else if (req.method === 'GET') {
    await showChoice(exchange, realms, exchange.request.loginHint ?? '', false)
  } else await answerChoice(exchange, realms, send)
}

async function showChoice(
  exchange: SignInExchange,
  { all }: Realms,
  email: string,
  hasFailed: boolean,
): Promise<void> {
  const { parts, res, interaction, request, basePath } = exchange
  const { uid } = interaction
  const { attempt } = await parts.steps.read(uid)
  const page = parts.pages.choice({
    action: `${basePath}/${CHOICE_STEP}`,
    csrfToken: await parts.forms.issue({ uid, attempt, documentHash: request.documentHash }),
    asksEmail: all.some(({ emailDomains }) => emailDomains.size > 0),
    email,
    hasFailed,
    choices: all.flatMap(({ label, upstream: { name, issuer } }) =>
      label === undefined ? [] : [{ name, label, host: new URL(issuer).host }],
    ),
  })
  sendPage(res, page)
}

async function answerChoice(exchange: SignInExchange, realms: Realms, send: Send): Promise<void> {
  const { parts, req, interaction } = exchange
  const form = await readForm(req)
  const token = await parts.forms.open(form?.get('csrf_token') ?? '', interaction.uid)
  if (form === undefined || token === undefined) {
    sendErrorPage(exchange, 'form_forged')
    return
  }
  const named = realms.byName(form.get('upstream') ?? '')
  const email = (form.get('email') ?? '').trim()
  const ofEmail = realms.byEmail(email)
  if (named?.label !== undefined) await send(exchange, named)
  else if (ofEmail !== undefined) await send(exchange, ofEmail, email)
  else await showChoice(exchange, realms, email, true)
}
