import type { Operation } from '../mcp/index.ts'

/** A tool result that says why there is none; models read it (MCP, "Tools", Error Handling). */
interface ToolError {
  readonly content: readonly [{ readonly type: 'text'; readonly text: string }]
  readonly isError: true
}

/** Thrown in a handler, both SDKs answer the JSON-RPC error that it describes. */
class JsonRpcError extends Error {
  readonly code: number
  readonly data?: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'JsonRpcError'
    this.code = code
    if (data !== undefined) this.data = data
  }
}

/** Which SDK asks: they answer unknown names in different ways. */
export type SdkVersion = 1 | 2

/** A request as handlers get it. */
export interface HandlerRequest {
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>> | undefined
}

/** Why a request is refused, in words that the client may read. */
export interface Denial {
  readonly text: string
  readonly data?: Readonly<Record<string, unknown>>
}

const INVALID_PARAMS = -32_602
const METHOD_NOT_FOUND = -32_601
const FORBIDDEN = -32_003

/** Answers a request that is malformed. */
export function refuseMalformed(fault: { readonly code: number; readonly message: string }): never {
  throw new JsonRpcError(fault.code, fault.message)
}

/** Refuses a request: by a tool error where models can read it, else by a JSON-RPC error. */
export function refuse(request: HandlerRequest, { text, data }: Denial): ToolError {
  // The SDK takes only a task for the answer to a call that asks for one.
  const isToolCall = request.method === 'tools/call' && request.params?.['task'] === undefined
  if (isToolCall) return toolError(text)
  throw new JsonRpcError(FORBIDDEN, text, data)
}

/**
 * Answers in the words of the SDK's `McpServer` where nothing of that name is registered, so that
 * nobody learns what there is. The tests compare them with what the SDKs say.
 */
export function answerUnknown(
  request: HandlerRequest,
  { kind, method, name }: Operation,
  sdk: SdkVersion,
): ToolError {
  if (kind === 'method') throw new JsonRpcError(METHOD_NOT_FOUND, 'Method not found')
  if (kind === 'resource' && method !== 'completion/complete') unknownResource(request, name, sdk)
  const message = `${NOUNS[kind]} ${name} not found`
  if (sdk === 2) throw new JsonRpcError(INVALID_PARAMS, message)
  const text = `MCP error ${INVALID_PARAMS}: ${message}`
  if (kind === 'tool') return toolError(text)
  throw new JsonRpcError(INVALID_PARAMS, text)
}

const NOUNS = { tool: 'Tool', prompt: 'Prompt', resource: 'Resource template' } as const

function unknownResource(request: HandlerRequest, name: string, sdk: SdkVersion): never {
  const { uri = name } = request.params ?? {}
  if (sdk === 2) {
    throw new JsonRpcError(INVALID_PARAMS, `Resource not found: ${String(uri)}`, { uri })
  }
  const href = URL.parse(String(uri))?.href ?? name
  throw new JsonRpcError(INVALID_PARAMS, `MCP error ${INVALID_PARAMS}: Resource ${href} not found`)
}

function toolError(text: string): ToolError {
  return { content: [{ type: 'text', text }], isError: true }
}
