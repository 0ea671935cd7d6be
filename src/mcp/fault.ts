import type { MessageFault } from './operation.ts'

/** What is wrong with a message, whichever request it is. */
export type Fault = Omit<MessageFault, 'requestId'>

/** The body is no JSON-RPC message, or several that may not come together. */
export function invalidRequest(cause: string): Fault {
  return { status: 400, code: -32_600, message: `Invalid Request: ${cause}.` }
}

export function invalidParams(cause: string): Fault {
  return { status: 400, code: -32_602, message: `Invalid params: ${cause}.` }
}

/** Header and body disagree (MCP 2026-07-28, "Server Validation"). */
export function headerMismatch(cause: string): Fault {
  return { status: 400, code: -32_020, message: `Header mismatch: ${cause}.` }
}

/** The words and the status of the official server. */
export const METHOD_NOT_FOUND: Fault = { status: 404, code: -32_601, message: 'Method not found' }
