import { randomBytes } from 'node:crypto'
import { sendRedirect } from '../../browser/index.ts'
import { buildClientRedirect } from '../../oauth/index.ts'
import { secretsNamed } from '../../oauth-client/index.ts'
import { cookieNames } from '../http/cookies.ts'
import { sendErrorPage, sendMethodNotAllowed } from '../interaction/error-page.ts'
import type { SignInExchange, Visit } from '../interaction/exchange.ts'
import { findSignedInAccount } from '../interaction/finish.ts'
import { documentHashOf, type FirstPartySignIn, isBrowserOf } from './first-party-sign-ins.ts'

/**
 * Serves a sign-in to pages of this process: `/interaction/first-party.<random>` and what is below.
 * No client takes part, so there is nothing to allow and nothing to redeem at an endpoint. One
 * browser goes through it, the first that comes: whoever is shown the address later gets no further,
 * and whoever sends it to somebody else does not come back as them.
 */
export async function handleFirstParty(visit: Visit, uid: string, step: string): Promise<void> {
  const { parts, req } = visit
  const basePath = `${parts.settings.mountPath}/interaction/${uid}`
  const signIn = await parts.firstParty.find(uid)
  if (signIn === undefined) {
    sendErrorPage(visit, 'interaction_not_found')
    return
  }
  const exchange: SignInExchange = {
    ...visit,
    interaction: { uid, params: {} },
    request: { documentHash: documentHashOf(uid), loginHint: undefined },
    basePath,
    isForced: signIn.isForced,
  }
  const isReading = step === '' || step === 'signed-in'
  if (isReading && req.method !== 'GET') sendMethodNotAllowed(visit, ['GET'])
  else if (step === '') await begin(exchange, signIn)
  else if (!isBrowserOf(signIn, readSecrets(visit))) sendErrorPage(visit, 'interaction_not_found')
  else if (step === 'signed-in') await finish(exchange)
  else if (!(await parts.signIn.handle(exchange, step))) {
    sendErrorPage(visit, 'interaction_not_found')
  }
}

async function begin(exchange: SignInExchange, signIn: FirstPartySignIn): Promise<void> {
  const { parts, interaction, res } = exchange
  const { uid } = interaction
  if (!isBrowserOf(signIn, readSecrets(exchange))) {
    // Sign-ins of several tabs share the browser's secret.
    const secret = readSecrets(exchange)[0] ?? randomBytes(32).toString('base64url')
    if (!(await parts.firstParty.claim(uid, secret))) {
      sendErrorPage(exchange, 'interaction_not_found')
      return
    }
    res.appendHeader('Set-Cookie', secretCookie(exchange, secret))
  }
  const account = signIn.isForced ? undefined : await findSignedInAccount(exchange)
  const { attempt, accountId } = await parts.steps.read(uid)
  if (account !== undefined) await sendBack(exchange, account)
  else if (accountId !== undefined) await finish(exchange)
  else {
    // The user has asked for it on a page of their own: that is all there is to approve.
    await parts.steps.approve(uid, attempt, {
      documentHash: documentHashOf(uid),
      remember: false,
    })
    await parts.signIn.start(exchange)
  }
}

async function finish(exchange: SignInExchange): Promise<void> {
  const { parts, interaction, res } = exchange
  const { accountId, isDenied } = await parts.steps.take(interaction.uid)
  if (accountId !== undefined) {
    await sendBack(exchange, accountId)
    return
  }
  const ended = isDenied === true ? await parts.firstParty.take(interaction.uid) : undefined
  if (ended === undefined) {
    sendErrorPage(exchange, 'not_allowed_yet')
    return
  }
  const { issuer } = parts.settings
  const { redirectUri, state } = ended
  const answer = { error: 'access_denied', state, iss: issuer }
  sendRedirect(res, buildClientRedirect(redirectUri, Object.entries(answer)))
}

async function sendBack(exchange: SignInExchange, accountId: string): Promise<void> {
  const { parts, interaction, res } = exchange
  const { issuer, clock } = parts.settings
  const signIn = await parts.firstParty.find(interaction.uid)
  const code = await parts.firstParty.finish(interaction.uid, accountId, clock.now())
  if (signIn === undefined || code === undefined) {
    sendErrorPage(exchange, 'interaction_not_found')
    return
  }
  const answer = { code, state: signIn.state, iss: issuer }
  sendRedirect(res, buildClientRedirect(signIn.redirectUri, Object.entries(answer)))
}

function readSecrets({ parts, req }: Visit): readonly string[] {
  return secretsNamed(req.headers.cookie, cookieNames(parts.settings).firstParty)
}

function secretCookie({ parts }: Visit, secret: string): string {
  const { issuerUrl, lifetimes } = parts.settings
  const secure = issuerUrl.protocol === 'https:' ? '; Secure' : ''
  const attributes = `Path=/; Max-Age=${lifetimes.interactionSeconds}; HttpOnly; SameSite=Lax${secure}`
  return `${cookieNames(parts.settings).firstParty}=${secret}; ${attributes}`
}
