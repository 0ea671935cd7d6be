import type { McpCall } from './mcp-call.ts'

/** `URLElicitationRequiredError` of MCP 2025-11-25. */
export const URL_ELICITATION_REQUIRED: number = -32_042
const CONNECTION_REQUIRED = -32_003
const INVALID_PARAMS = -32_602

/**
 * Why a handler is not run, in words that users and models may read. Thrown in a handler, both SDKs
 * make a tool error of it, and a JSON-RPC error where a prompt or resource was asked for.
 */
export class CallRefusal extends Error {
  readonly code: number
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: number, message: string, data: Readonly<Record<string, unknown>>) {
    super(message)
    this.name = 'CallRefusal'
    this.code = code
    this.data = data
  }
}

/** The refusal of a call whose user has to connect something first. */
export function connectionRefusal(text: string, services: readonly string[]): CallRefusal {
  return new CallRefusal(CONNECTION_REQUIRED, text, { error: 'connection_required', services })
}

/** The refusal of a state that is not as it was given out, or not for this call. */
export function stateRefusal(text: string): CallRefusal {
  return new CallRefusal(INVALID_PARAMS, text, { reason: 'invalid_request_state' })
}

/** Answers a refused call: what is thrown in a low-level handler would be no tool error. */
export function answerRefusal(call: McpCall, refusal: CallRefusal): unknown {
  if (!call.isLowLevelToolCall || refusal.code === INVALID_PARAMS) throw refusal
  return toolError(refusal.message)
}

/** Whether models are told, in a tool result: what only a client can act on is an error. */
export function isToldToModels({ code }: CallRefusal): boolean {
  return code === CONNECTION_REQUIRED
}

/** A tool result that says why the tool did not run. */
export function toolError(text: string): object {
  return { content: [{ type: 'text', text }], isError: true }
}
