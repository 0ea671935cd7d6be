import type { ClientView, ConnectView } from '../../pages/index.ts'
import type { ConnectionRequest } from '../connection-requests.ts'
import type { AskedService } from './asked-service.ts'
import { issueFormToken } from './form-tokens.ts'

/** What the pages of both kinds of services say. */
type RequestView = Omit<ConnectView, 'host' | 'permissions'>

/** What the form of a page is for. */
export function connectPurpose({ here }: AskedService): string {
  return `connect ${here}`
}

/** The client that asked. */
export function clientOf(asked: ConnectionRequest | undefined): ClientView | undefined {
  if (asked?.clientId === undefined) return undefined
  return { id: asked.clientId, name: asked.clientName }
}

/** What both pages say about the request. */
export async function requestView(asked: AskedService): Promise<RequestView> {
  const { session, service, present, here } = asked
  return {
    action: here,
    csrfToken: await issueFormToken(session.secret, connectPurpose(asked)),
    service: service.title,
    client: clientOf(asked.asked),
    operation: asked.asked?.operation,
    signedInAs: session.displayName,
    replaces: present && (present.account.name || present.title),
  }
}
