import { errorResponse, requestIdOf } from '../mcp/index.ts'
import type { Arrival } from './arrival.ts'

/** What is wrong with a message for whoever stands between client and server. */
export interface MessageFault {
  readonly status: 400
  readonly reason: string
  readonly body: unknown
}

/** What this gateway knows the rules of. */
const REVISIONS = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const
const KNOWN: ReadonlySet<string> = new Set(REVISIONS)
const REVISION_TOKEN = /^[A-Za-z0-9.-]{1,64}$/
const FIRST_WITHOUT_BATCHES = '2025-06-18'
const MAX_BATCH = 50

/**
 * Whether the rules of the request's revision are known; what is decided about others could be wrong.
 * A request that names none is of 2025-03-26.
 */
export function isKnownRevision({ inbound }: Arrival): boolean {
  const [requested, second] = inbound.header('mcp-protocol-version')
  return requested === undefined || (second === undefined && KNOWN.has(requested))
}

/**
 * Refuses a revision that is not known.
 *
 * @see MCP 2026-07-28, "Protocol Version Header"
 */
export function revisionFault({ inbound }: Arrival, body: unknown): MessageFault {
  const [requested = ''] = inbound.header('mcp-protocol-version')
  const data = { supported: REVISIONS, requested: requested.slice(0, 64) }
  const id = requestIdOf(body) ?? null
  const fault = errorResponse(id, -32_022, 'Unsupported protocol version', data)
  return { status: 400, reason: 'revision', body: fault }
}

/**
 * Whether a client asks which revisions there are, in one that may be too new. Only the upstream knows
 * which it has; the question names nothing that a policy could be about.
 */
export function isRevisionQuestion({ inbound }: Arrival, body: unknown): boolean {
  const [requested = '', second] = inbound.header('mcp-protocol-version')
  if (second !== undefined || !REVISION_TOKEN.test(requested)) return false
  return (body as { readonly method?: unknown } | undefined)?.method === 'server/discover'
}

/** Batches are of 2025-03-26 alone. */
export function checkBatch(body: unknown, { inbound }: Arrival): MessageFault | undefined {
  if (!Array.isArray(body)) return undefined
  const [revision] = inbound.header('mcp-protocol-version')
  const hasNone = revision !== undefined && revision >= FIRST_WITHOUT_BATCHES
  if (!hasNone && body.length <= MAX_BATCH) return undefined
  const cause = hasNone ? 'the revision has no batches' : `more than ${MAX_BATCH} messages`
  const fault = errorResponse(null, -32_600, `Invalid Request: ${cause}.`)
  return { status: 400, reason: 'batch', body: fault }
}

/** Whether what is asked for is a stream that waits for events. */
export function isListening(method: string | undefined, body: unknown): boolean {
  if (method === 'GET') return true
  return (body as { readonly method?: unknown } | undefined)?.method === 'subscriptions/listen'
}
