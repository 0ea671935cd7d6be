/**
 * JSON-RPC 2.0 messages, as far as the gate answers them itself.
 *
 * @module
 */

/** The identifier of a request (JSON-RPC 2.0 §4). */
export type RequestId = string | number

/**
 * Not authorized. Outside −32020 … −32099, which MCP 2026-07-28 reserves for codes that it
 * defines itself.
 */
const FORBIDDEN = -32_003

/** The answer to a body that is no JSON (JSON-RPC 2.0 §5.1): it has no id that could be named. */
export const PARSE_ERROR_RESPONSE: unknown = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_700, message: 'Parse error: the body is not JSON.' },
}

/** The id of a body that is one request; `undefined` for a notification, a batch, anything else. */
export function requestIdOf(body: unknown): RequestId | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined
  const { id, method } = body as { id?: unknown; method?: unknown }
  if (typeof method !== 'string') return undefined
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

/** A JSON-RPC error response that refuses a request (JSON-RPC 2.0 §5.1). */
export function forbiddenResponse(id: RequestId, message: string, data: unknown): unknown {
  return { jsonrpc: '2.0', id, error: { code: FORBIDDEN, message, data } }
}
