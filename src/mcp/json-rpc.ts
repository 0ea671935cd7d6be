/**
 * JSON-RPC 2.0 messages: their forms, and the answers that the gate gives itself.
 *
 * @module
 */

/** The identifier of a request (JSON-RPC 2.0 §4; MCP allows no `null`). */
export type RequestId = string | number

/** An object of a parsed body. Names may be an attacker's, `__proto__` among them. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A message, as far as it says what is asked for. */
export type Message =
  | {
      readonly kind: 'call'
      readonly method: string
      readonly params: unknown
      /** `undefined` for a notification. */
      readonly requestId: RequestId | undefined
    }
  /** The answer to something that the other side asked. */
  | { readonly kind: 'response' }

export type Call = Extract<Message, { kind: 'call' }>

/**
 * Not authorized. Outside −32020 … −32099, which MCP 2026-07-28 reserves for codes that it
 * defines itself.
 */
const FORBIDDEN = -32_003
const RESPONSE: Message = { kind: 'response' }

/** The answer to a body that is no JSON (JSON-RPC 2.0 §5.1): it has no id that could be named. */
export const PARSE_ERROR_RESPONSE: unknown = errorResponse(
  null,
  -32_700,
  'Parse error: the body is not JSON.',
)

/** The value where it is an object and no array. */
export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as JsonObject
}

/**
 * Tells the forms of JSON-RPC 2.0 apart. `undefined` for what is none of them, and for what could
 * be read as two: a message with a method and a result, or with a result and an error.
 */
export function parseMessage(value: unknown): Message | undefined {
  const message = asObject(value)
  if (message === undefined || message['jsonrpc'] !== '2.0') return undefined
  const { id, method, params } = message
  const isAnswer = 'result' in message || 'error' in message
  if (isAnswer) {
    if ('method' in message || ('result' in message && 'error' in message)) return undefined
    // An error may answer what could not be read, and then names no request (§5.1).
    const isAnonymous = 'error' in message && (id === undefined || id === null)
    return isAnonymous || isRequestId(id) ? RESPONSE : undefined
  }
  if (typeof method !== 'string') return undefined
  if (!('id' in message)) return { kind: 'call', method, params, requestId: undefined }
  return isRequestId(id) ? { kind: 'call', method, params, requestId: id } : undefined
}

/** The id of a body that is one request; `undefined` for a notification, a batch, anything else. */
export function requestIdOf(body: unknown): RequestId | undefined {
  const { id, method } = asObject(body) ?? {}
  return typeof method === 'string' && isRequestId(id) ? id : undefined
}

/** Numbers beyond the range of JavaScript could not be sent back as they came. */
function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || Number.isFinite(id)
}

/** A JSON-RPC error response (JSON-RPC 2.0 §5.1); `null` where no request can be named. */
export function errorResponse(
  requestId: RequestId | null,
  code: number,
  message: string,
  data?: unknown,
): unknown {
  const error = data === undefined ? { code, message } : { code, message, data }
  return { jsonrpc: '2.0', id: requestId, error }
}

/** A JSON-RPC error response that refuses a request. */
export function forbiddenResponse(id: RequestId, message: string, data: unknown): unknown {
  return errorResponse(id, FORBIDDEN, message, data)
}
