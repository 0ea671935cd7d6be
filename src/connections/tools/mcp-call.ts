import type { CallContext } from '../../context/index.ts'
import { isObject } from '../../runtime/index.ts'
import type { Elicitation } from './elicitation.ts'
import { throwSdkError } from './sdk-error.ts'

interface Notification {
  readonly method: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** How long a request to the client may take. */
export interface SendOptions {
  /** Milliseconds. */
  readonly timeout: number
  readonly signal?: AbortSignal
}

interface Headers {
  get(name: string): string | null
}

/** `extra` of SDK v1 and `ctx` of SDK v2, as far as they are read here. */
export interface HandlerContext extends CallContext {
  /** SDK v1. */
  readonly requestInfo?: {
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  }
  readonly signal?: AbortSignal
  readonly sendRequest?: (
    request: Notification,
    resultSchema: never,
    options: SendOptions,
  ) => Promise<unknown>
  readonly sendNotification?: (notification: Notification) => Promise<void>
  /** SDK v2. */
  readonly mcpReq?: {
    readonly method: string
    readonly envelope?: Readonly<Record<string, unknown>>
    readonly inputResponses?: Readonly<Record<string, unknown>>
    readonly requestState: () => unknown
    readonly signal: AbortSignal
    readonly notify: (notification: Notification) => Promise<void>
    readonly elicitInput: (params: Elicitation, options: SendOptions) => Promise<unknown>
  }
  readonly http?: CallContext['http'] & { readonly req?: { readonly headers: Headers } }
}

/** A call of a handler, the same for both SDKs. */
export interface McpCall {
  readonly context: HandlerContext
  /** Whether the client has said that its user can open URLs (MCP, "Elicitation", Capabilities). */
  canOpenUrls(): Promise<boolean>
  /** Ends the call with the error `-32042`, in the way that whoever answers passes on. */
  refuseWithUrls(elicitations: Elicitation[], message: string): Promise<never>
  /** Whether it is of 2026-07-28 or later: each request says what its client can do. */
  readonly isModern: boolean
  /** `undefined` where the SDK does not tell. */
  readonly method: string | undefined
  /** Of the tool or prompt, or the URI of the resource; `undefined` where nobody tells. */
  readonly name: string | undefined
  /** As the client calls itself; it says so with each request since 2026-07-28. */
  readonly clientName: string | undefined
  readonly signal: AbortSignal | undefined
  /** As the client sent it back, from 2026-07-28 on. */
  readonly requestState: string | undefined
  readonly inputResponses: Readonly<Record<string, unknown>>
  /** What the handler was called with, without what differs from try to try. */
  readonly input: readonly unknown[]
  /** The request itself where the handler is that of a low-level `Server` and a tool is called. */
  readonly isLowLevelToolCall: boolean
}

/** What the members of `_meta` begin with that a request says of itself since 2026-07-28. */
export const ENVELOPE = 'io.modelcontextprotocol/'

/** Reads what the SDK calls a handler with: its context comes last. */
export function readCall(parameters: readonly unknown[]): McpCall {
  const context = (parameters.at(-1) ?? {}) as HandlerContext
  const { mcpReq } = context
  const request = lowLevelRequest(parameters[0])
  const isModern = mcpReq?.envelope?.[`${ENVELOPE}protocolVersion`] !== undefined
  const state = isModern ? mcpReq?.requestState() : undefined
  const protocolVersion = headerOf(context, 'mcp-protocol-version')
  return {
    context,
    canOpenUrls: () => canOpenUrls(context, isModern, protocolVersion),
    refuseWithUrls: (elicitations, message) =>
      throwSdkError(mcpReq === undefined ? 1 : 2, elicitations, message),
    isModern,
    method: mcpReq?.method ?? request?.method,
    name: request?.name ?? headerOf(context, 'mcp-name'),
    clientName: clientNameOf(mcpReq?.envelope?.[`${ENVELOPE}clientInfo`]),
    signal: mcpReq?.signal ?? context.signal,
    requestState: typeof state === 'string' ? state : undefined,
    inputResponses: (isModern && mcpReq?.inputResponses) || {},
    input: request === undefined ? parameters.slice(0, -1) : [request.input],
    isLowLevelToolCall: request?.method === 'tools/call',
  }
}

/** Its notification about elicitation tells, where a request does not say what its client can do. */
async function canOpenUrls(
  context: HandlerContext,
  isModern: boolean,
  protocolVersion: string | undefined,
): Promise<boolean> {
  if (isModern) return declaresUrls(context.mcpReq?.envelope?.[`${ENVELOPE}clientCapabilities`])
  // An SDK from before 2025-11-25 knows nothing of URL mode, and would not refuse below.
  return protocolVersion === '2025-11-25' && isNoticeAllowed(context)
}

/** Whether capabilities of a client have the URL mode of elicitation. */
export function declaresUrls(capabilities: unknown): boolean {
  const elicitation = isObject(capabilities) ? capabilities['elicitation'] : undefined
  return isObject(elicitation) && isObject(elicitation['url'])
}

/**
 * What the client declared when it was initialized is at the SDK's server, which handlers cannot
 * see. But the SDK refuses this notification for a client without URL mode, and only then reads its
 * parameters, which end the attempt: nothing is sent.
 */
async function isNoticeAllowed(context: HandlerContext): Promise<boolean> {
  const unsent = new Error('not to be sent')
  const notice = {
    method: COMPLETE,
    get params(): Readonly<Record<string, unknown>> {
      throw unsent
    },
  }
  try {
    await notify(context, notice)
    return false
  } catch (error) {
    return error === unsent
  }
}

const COMPLETE = 'notifications/elicitation/complete'

/** Tells the client that what it was asked to open is done. */
export async function notifyComplete({ context }: McpCall, elicitationId: string): Promise<void> {
  await notify(context, { method: COMPLETE, params: { elicitationId } })
}

async function notify(context: HandlerContext, notification: Notification): Promise<void> {
  await (context.mcpReq?.notify ?? context.sendNotification)?.(notification)
}

function headerOf({ http, requestInfo }: HandlerContext, name: string): string | undefined {
  const value = http?.req?.headers.get(name) ?? requestInfo?.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** How a client calls itself (`Implementation`). */
export function clientNameOf(info: unknown): string | undefined {
  if (!isObject(info)) return undefined
  const name = info['title'] ?? info['name']
  return typeof name === 'string' ? name : undefined
}

interface LowLevelRequest {
  readonly method: string
  readonly name: string | undefined
  readonly input: unknown
}

/** Handlers of a low-level `Server` get the whole request. */
function lowLevelRequest(value: unknown): LowLevelRequest | undefined {
  if (!isObject(value)) return undefined
  const { method, params } = value
  if (typeof method !== 'string' || !METHODS.has(method) || !isObject(params)) return undefined
  const { name = params['uri'], arguments: input } = params
  return { method, name: typeof name === 'string' ? name : undefined, input }
}

const METHODS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])
