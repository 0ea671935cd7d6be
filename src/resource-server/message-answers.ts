import { jsonAnswer } from '../http/index.ts'
import {
  errorResponse,
  forbiddenResponse,
  isModernRevision,
  type MessageFault,
  type Messages,
  type Operation,
  type RequestId,
} from '../mcp/index.ts'

/**
 * Refusals as JSON-RPC messages, for the requests that are being refused.
 *
 * @module
 */

const INVALID_REQUEST = -32_600
const METHOD_NOT_FOUND = -32_601
const INVALID_PARAMS = -32_602
const SERVER_ERROR = -32_000
const SESSION_NOT_FOUND = -32_001

export function faultBody({ requestId, code, message }: MessageFault): unknown {
  return errorResponse(requestId ?? null, code, message)
}

/** A JSON-RPC error for the one request of the body, else `data` alone. */
export function forbiddenBody(
  messages: Messages | undefined,
  message: string,
  data: unknown,
): unknown {
  const id = singleRequestId(messages)
  return id === undefined ? data : forbiddenResponse(id, message, data)
}

/** The same for what may be asked for again later. */
export function laterBody(messages: Messages | undefined, message: string, data: unknown): unknown {
  const id = singleRequestId(messages)
  return id === undefined ? data : errorResponse(id, SERVER_ERROR, message, data)
}

/** For a session that is not the caller's, in the words of the official SDK. */
export function unknownSessionBody(messages: Messages | undefined): unknown {
  return errorResponse(singleRequestId(messages) ?? null, SESSION_NOT_FOUND, 'Session not found')
}

export function unknownTaskBody(messages: Messages | undefined): unknown {
  return errorResponse(singleRequestId(messages) ?? null, INVALID_PARAMS, 'Task not found')
}

/**
 * Answers as the official SDK does for names that nobody registered, so that nothing tells what is
 * hidden from what does not exist. The other messages of a batch are not run.
 */
export function hiddenAnswer(
  hidden: readonly Operation[],
  messages: Messages | undefined,
): Response {
  const unknown = new Map(hidden.map((operation) => [operation.requestId, operation]))
  const operations = messages?.operations ?? hidden
  const requestIds = new Set(operations.flatMap(({ requestId }) => requestId ?? []))
  const errors = [...requestIds].map((id) => unknownError(id, unknown.get(id)))
  // Notifications are not answered, whatever becomes of them.
  if (errors.length === 0) return new Response(null, { status: 202 })
  if (messages?.isBatch === true) return jsonAnswer(200, errors)
  const [first] = hidden
  const isUnknownMethod = first?.kind === 'method' && isModernRevision(messages?.revision)
  return jsonAnswer(isUnknownMethod ? 404 : 200, errors[0])
}

function unknownError(id: RequestId, operation: Operation | undefined): unknown {
  if (operation === undefined) {
    return errorResponse(id, INVALID_REQUEST, 'Not run: the batch names something unknown.')
  }
  switch (operation.kind) {
    case 'tool':
      return errorResponse(id, INVALID_PARAMS, `Tool ${operation.name} not found`)
    case 'prompt':
      return errorResponse(id, INVALID_PARAMS, `Prompt ${operation.name} not found`)
    case 'resource': {
      const { name } = operation
      return errorResponse(id, INVALID_PARAMS, `Resource not found: ${name}`, { uri: name })
    }
    case 'method':
      return errorResponse(id, METHOD_NOT_FOUND, 'Method not found')
    default:
      return operation.kind satisfies never
  }
}

function singleRequestId(messages: Messages | undefined): RequestId | undefined {
  return messages === undefined || messages.isBatch ? undefined : messages.operations[0]?.requestId
}
