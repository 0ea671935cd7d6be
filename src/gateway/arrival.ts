import type { IncomingMessage } from 'node:http'
import { fromIncomingMessage, type InboundRequest } from '../http/index.ts'
import { isModernRevision } from '../mcp/index.ts'
import { randomId } from '../runtime/index.ts'

/** A request that has arrived, before anybody knows whose it is. */
export interface Arrival {
  readonly inbound: InboundRequest
  /** Names the request in events, at the upstream and to the client. */
  readonly requestId: string
  /** Of a revision without sessions: fields about them mean nothing, either way. */
  readonly isModern: boolean
}

const REQUEST_ID = /^[A-Za-z0-9-]{1,64}$/
const TRACE_PARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/
const TRACE_STATE = /^[\x21-\x7e ,]{1,512}$/
const SESSION_FIELDS: ReadonlySet<string> = new Set(['mcp-session-id', 'last-event-id'])
const NONE: readonly string[] = []

/** Names a request, and hides from everybody what its revision does not have. */
export function createArrival(message: IncomingMessage, hasBody: boolean): Arrival {
  const inbound = fromIncomingMessage(message)
  const [given = ''] = inbound.header('x-request-id')
  const requestId = REQUEST_ID.test(given) ? given : randomId()
  const isModern = isModernRevision(inbound.header('mcp-protocol-version')[0])
  const ids = [requestId]
  const header = (name: string): readonly string[] => {
    if (name === 'x-request-id') return ids
    return isModern && SESSION_FIELDS.has(name) ? NONE : inbound.header(name)
  }
  return { inbound: { ...inbound, header, hasBody: () => hasBody }, requestId, isModern }
}

/** Whether a field is about sessions that the revision of the request does not have. */
export function isHiddenField({ isModern }: Arrival): (name: string) => boolean {
  return isModern ? (name) => SESSION_FIELDS.has(name) : () => false
}

/** The fields by which a request is followed from process to process (W3C Trace Context). */
export function traceFields({ inbound, requestId }: Arrival): string[] {
  const fields = ['x-request-id', requestId]
  const [parent, secondParent] = inbound.header('traceparent')
  if (parent === undefined || secondParent !== undefined || !TRACE_PARENT.test(parent)) {
    return fields
  }
  fields.push('traceparent', parent)
  const state = inbound.header('tracestate').join(',')
  if (TRACE_STATE.test(state)) fields.push('tracestate', state)
  return fields
}
