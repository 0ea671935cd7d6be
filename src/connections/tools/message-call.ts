import { isObject } from '../../runtime/index.ts'
import { CallRefusal, URL_ELICITATION_REQUIRED } from './call-refusal.ts'
import { clientNameOf, declaresUrls, ENVELOPE, type McpCall } from './mcp-call.ts'

/** What is known of the client that has sent a message. */
export interface MessageClient {
  /** As `MCP-Protocol-Version` says. */
  readonly protocolVersion: string | undefined
  /**
   * `params` of the `initialize` that the client's session began with; later revisions say in each
   * request what their client can do. `undefined` where nobody knows: then no URL is sent to it.
   */
  readonly initialized?: unknown
  /** Ends the wait for the user when the client has gone. */
  readonly signal?: AbortSignal | undefined
}

/** Requests that an `InputRequiredResult` may answer (MCP 2026-07-28, "Multi Round-Trip Requests"). */
const MULTI_ROUND: ReadonlySet<string | undefined> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
])

/** Reads a JSON-RPC request as the call that a handler would get. */
export function readMessage(
  message: unknown,
  { protocolVersion, initialized, signal }: MessageClient,
): McpCall {
  const method = textOf(membersOf(message)['method'])
  const params = membersOf(membersOf(message)['params'])
  const envelope = membersOf(params['_meta'])
  const isModern = envelope[`${ENVELOPE}protocolVersion`] !== undefined
  const client = membersOf(method === 'initialize' ? params : initialized)
  return {
    context: {},
    canOpenUrls: async () =>
      isModern
        ? MULTI_ROUND.has(method) && declaresUrls(envelope[`${ENVELOPE}clientCapabilities`])
        : protocolVersion === '2025-11-25' && declaresUrls(client['capabilities']),
    refuseWithUrls: async (elicitations, text) => {
      throw new CallRefusal(URL_ELICITATION_REQUIRED, text, { elicitations })
    },
    isModern,
    method,
    name: textOf(params['name']) ?? textOf(params['uri']),
    clientName: clientNameOf(isModern ? envelope[`${ENVELOPE}clientInfo`] : client['clientInfo']),
    signal,
    requestState: isModern ? textOf(params['requestState']) : undefined,
    inputResponses: isModern ? membersOf(params['inputResponses']) : {},
    input: [params['arguments']],
    isLowLevelToolCall: method === 'tools/call',
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
