import { PRIVATE_HEADERS, setHeaders } from '../../browser/index.ts'
import { isRevoked } from '../../revocation/index.ts'
import type { Interaction } from './access-request.ts'
import { sendErrorPage } from './error-page.ts'
import type { Exchange, Visit } from './exchange.ts'

/** Who the tokens are for, and whether they have just signed in. */
export interface SignedIn {
  readonly accountId: string
  readonly isFresh: boolean
}

/**
 * Ends an interaction that the user has allowed: the grant and the approval are stored, and one
 * result tells `oidc-provider` of sign-in and consent.
 */
export async function finishAllowed(
  exchange: Exchange,
  { accountId, isFresh }: SignedIn,
  remember: boolean,
): Promise<void> {
  const { provider, parts, request, interaction, correlationId } = exchange
  const { clientId, scopes, openidScopes, resource, requestedResource } = request
  // Whoever was signed out meanwhile starts again, however far they had come.
  await parts.settings.requireAudit()
  if (await isSignedOut(exchange, accountId, interaction.iat)) {
    sendErrorPage(exchange, 'interaction_not_found')
    return
  }
  const grant = new provider.Grant({ accountId, clientId })
  if (openidScopes.length > 0) grant.addOIDCScope(openidScopes.join(' '))
  if (scopes.length > 0) grant.addResourceScope(requestedResource, scopes.join(' '))
  const grantId = await grant.save()
  await parts.meanings.keep(grantId, scopes)
  await parts.approvals.save(accountId, request, { grantId, remember })
  await parts.clients.noteApproval(clientId)
  if (isFresh) await endOtherSession(exchange, accountId)
  await parts.steps.take(interaction.uid)
  const { emit, clock, issuer } = parts.settings
  const facts = { correlationId, at: clock.now(), issuer, clientId, resource, scopes }
  emit({ type: 'consent.allow', subject: accountId, ...facts })
  await finish(exchange, {
    // Not remembered: the cookie ends with the browser.
    ...(isFresh && { login: { accountId, remember: false, ts: clock.now() } }),
    consent: { grantId },
    select_account: {},
  })
}

/** Ends an interaction without anything for the client. */
export async function finishDenied(exchange: Exchange): Promise<void> {
  const { parts, request, interaction, correlationId } = exchange
  const { clientId, resource, scopes } = request
  await parts.steps.take(interaction.uid)
  const { emit, clock, issuer } = parts.settings
  const facts = { correlationId, at: clock.now(), issuer, clientId, resource, scopes }
  emit({ type: 'consent.deny', ...facts })
  await finish(exchange, {
    error: 'access_denied',
    error_description: 'the user denied the request',
  })
}

/** Ends an interaction that was allowed, but whose user was not signed in. */
export async function finishNotSignedIn(exchange: Exchange): Promise<void> {
  await exchange.parts.steps.take(exchange.interaction.uid)
  await finish(exchange, {
    error: 'access_denied',
    error_description: 'the user was not signed in',
  })
}

type InteractionResult = NonNullable<Interaction['result']>

async function finish({ provider, req, res }: Exchange, result: InteractionResult): Promise<void> {
  setHeaders(res, PRIVATE_HEADERS)
  await provider.interactionFinished(req, res, result)
}

/**
 * Ends the session of somebody else in this browser; `oidc-provider` would ask them to sign out
 * with a page that needs a script.
 */
async function endOtherSession(exchange: Exchange, accountId: string): Promise<void> {
  const { provider, req, res, interaction } = exchange
  const session = await provider.Session.get(provider.createContext(req, res))
  if (session.accountId === undefined || session.accountId === accountId) return
  delete interaction.session
  await interaction.persist()
  await session.destroy()
}

/** The user of the session that began this interaction, where both still are what they were. */
export async function findSessionAccount(exchange: Exchange): Promise<string | undefined> {
  const { provider, parts, interaction } = exchange
  const { accountId, uid = '' } = interaction.session ?? {}
  if (accountId === undefined || (await parts.users.find(accountId)) === undefined) return undefined
  const session = await provider.Session.findByUid(uid)
  if (session?.accountId !== accountId) return undefined
  return (await isSignedOut(exchange, accountId, session.loginTs)) ? undefined : accountId
}

/** The user of the session that this browser has with us now. */
export async function findSignedInAccount(visit: Visit): Promise<string | undefined> {
  const { provider, parts, req, res } = visit
  const { accountId, loginTs } = await provider.Session.get(provider.createContext(req, res))
  if (accountId === undefined || (await parts.users.find(accountId)) === undefined) return undefined
  return (await isSignedOut(visit, accountId, loginTs)) ? undefined : accountId
}

/** Whether the access of this user was revoked after an instant. */
async function isSignedOut(
  { parts }: Visit,
  subject: string,
  since: number | undefined,
): Promise<boolean> {
  const { issuer } = parts.settings
  return isRevoked(parts.revocations, { issuer, subject, clientId: undefined }, { iat: since })
}
