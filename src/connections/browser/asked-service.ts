import { connectionFacts } from '../connection-facts.ts'
import type { ConnectionRequest } from '../connection-requests.ts'
import type { ConnectableService } from '../service.ts'
import type { ConnectionSummary } from '../vault.ts'
import { pageAnswer } from './answers.ts'
import { issueFormToken } from './form-tokens.ts'
import { obstacleAnswer } from './obstacles.ts'
import type { PageAnswer } from './page-request.ts'
import { SWITCH_PURPOSE, signInNeeded } from './sign-in.ts'
import type { UserVisit, Visit } from './visit.ts'

/** A service that a signed-in user is asked to connect, or wants to. */
export interface AskedService extends UserVisit {
  readonly service: ConnectableService
  /** `undefined` where the user came alone. */
  readonly asked: ConnectionRequest | undefined
  /** What is connected now. */
  readonly present: ConnectionSummary | undefined
  /** The path of this page, with what it needs to be found again. */
  readonly here: string
}

type Found<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly answer: PageAnswer }

/**
 * Finds out what a link is about, and that its opener is the user it was made for, before anything
 * is said, set or sent anywhere (MCP, "phishing"). It changes nothing.
 */
export async function findAskedService(visit: Visit, name: string): Promise<Found<AskedService>> {
  const { parts, request } = visit
  const { core, sessions, paths } = parts
  const service = core.settings.services.get(name)
  if (service === undefined || service.kind === 'exchange') {
    return refuse(obstacleAnswer(visit, 'page_not_found'))
  }
  const handles = [...request.query.getAll('request'), ...request.query.getAll('id')]
  if (handles.length > 1) return refuse(obstacleAnswer(visit, 'link_expired'))
  const handle = request.query.get('request') ?? undefined
  const linked = handle === undefined ? undefined : await core.requests.find(handle)
  if (handle !== undefined && linked?.service !== name) {
    return refuse(obstacleAnswer(visit, 'link_expired', { retryPath: paths.account }))
  }
  const session = await sessions.find(request.cookieHeader)
  if (session === undefined) return refuse(signInNeeded(visit))
  const userVisit = { ...visit, session }
  if (linked !== undefined && linked.owner.id !== session.owner.id) {
    return refuse(await wrongUser(userVisit, linked))
  }
  const id = request.query.get('id') ?? undefined
  const named = id === undefined ? undefined : await core.requests.get(session.owner, id)
  if (id !== undefined && (named?.service !== name || named.outcome !== 'pending')) {
    return refuse(obstacleAnswer(visit, 'link_expired', { retryPath: paths.account }))
  }
  const asked = linked ?? named
  const query = handle === undefined ? (id === undefined ? '' : `?id=${id}`) : `?request=${handle}`
  const present = await core.vault.find(session.owner, name)
  const here = `${paths.connect}/${name}${query}`
  return { ok: true, value: { ...userVisit, service, asked, present, here } }
}

function refuse(answer: PageAnswer): { readonly ok: false; readonly answer: PageAnswer } {
  return { ok: false, answer }
}

async function wrongUser(
  visit: UserVisit,
  { owner, service, clientId }: ConnectionRequest,
): Promise<PageAnswer> {
  const { parts, session, correlationId } = visit
  const { pages, paths, core } = parts
  const { issuer, subject, tenant } = session.owner
  core.settings.emit({
    type: 'elicit.user_mismatch',
    ...connectionFacts(owner, service, clientId, core.settings.clock),
    correlationId,
    openedBy: { issuer, subject, tenant },
  })
  const page = pages.wrongUser({
    signedInAs: session.displayName,
    csrfToken: await issueFormToken(session.secret, SWITCH_PURPOSE),
    action: `${paths.account}/switch`,
    returnTo: `${paths.connect}/${service}?${String(visit.request.query)}`,
    correlationId,
  })
  return pageAnswer(page)
}
