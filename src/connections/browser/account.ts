import type { ApprovedClient } from '../../oauth-client/index.ts'
import type { ClientView, ConnectionView, ScopeView } from '../../pages/index.ts'
import type { ConnectionSummary } from '../vault.ts'
import { pageAnswer, redirect } from './answers.ts'
import { readCheckedForm } from './checked-form.ts'
import { issueFormToken } from './form-tokens.ts'
import type { PageAnswer } from './page-request.ts'
import type { UserVisit } from './visit.ts'

const SIGN_OUT_PURPOSE = 'sign out here'

/** `/account`: what the user has connected and allowed. */
export async function showAccount({ parts, session }: UserVisit): Promise<PageAnswer> {
  const { core, pages, paths } = parts
  const { services, identity } = core.settings
  const connections = await core.vault.list(session.owner)
  const approvals = await identity.accounts?.listApprovals(session.user)
  const connected = new Set(connections.map(({ service }) => service))
  const page = pages.account({
    signedInAs: session.displayName,
    csrfToken: await issueFormToken(session.secret, SIGN_OUT_PURPOSE),
    connections: connections.map((one) => connectionView(parts, one, approvals ?? [])),
    services: [...services.values()]
      .filter(({ kind, name }) => kind !== 'exchange' && !connected.has(name))
      .map(({ name, title }) => ({ name, service: title })),
    clients: approvals?.map(({ id, clientId, redirectUri, scopes, approvedAt }) => ({
      id,
      client: clientOf(clientId, approvals),
      redirectUri,
      scopes,
      approvedAt,
    })),
    canSignOutEverywhere: identity.accounts !== undefined,
    paths,
  })
  return pageAnswer(page)
}

/** Ends the session of these pages in this browser. */
export async function signOutHere(visit: UserVisit): Promise<PageAnswer> {
  const checked = await readCheckedForm(visit, SIGN_OUT_PURPOSE)
  if (!checked.ok) return checked.answer
  const { pages, sessions } = visit.parts
  return pageAnswer(pages.signedOut(), [await sessions.end(visit.session)])
}

function connectionView(
  { core }: UserVisit['parts'],
  one: ConnectionSummary,
  approvals: readonly ApprovedClient[],
): ConnectionView {
  const service = core.settings.services.get(one.service)
  const known: readonly ScopeView[] = service?.kind === 'oauth' ? service.permissions : []
  return {
    name: one.service,
    service: one.title,
    account: one.account.name || one.account.id || one.title,
    permissions: one.permissions.map(
      (name) => known.find((scope) => scope.name === name) ?? { name, text: name },
    ),
    connectedAt: one.connectedAt,
    lastUsedAt: one.lastUsedAt,
    lastUsedBy: one.lastUsedBy === undefined ? undefined : clientOf(one.lastUsedBy, approvals),
    needsReconnect: one.state === 'needs_reconnect',
    canReconnect: service !== undefined && service.kind !== 'exchange',
  }
}

function clientOf(id: string, approvals: readonly ApprovedClient[]): ClientView {
  return { id, name: approvals.find(({ clientId }) => clientId === id)?.clientName }
}

/** After something was taken away. */
export function backToAccount({ parts }: UserVisit): PageAnswer {
  return redirect(parts.paths.account)
}
