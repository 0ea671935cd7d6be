import { modernMeta } from '../conformance/eras.ts'
import { type Fetch, RESOURCE } from './tool-world.ts'

/** What a server answers: a result or an error. */
export interface RawAnswer {
  readonly result?: {
    readonly resultType?: string
    readonly isError?: boolean
    readonly content?: readonly { readonly text: string }[]
    readonly requestState?: string
    readonly inputRequests?: Readonly<
      Record<string, { readonly params: { readonly url: string; readonly mode: string } }>
    >
  }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

type Params = Readonly<Record<string, unknown>>

let lastId = 0

/** One request of 2026-07-28, as a client writes it that does what it wants. */
export async function rawRequest(
  fetch: Fetch,
  token: string,
  method: string,
  { _meta, ...params }: Params,
  signal?: AbortSignal,
): Promise<RawAnswer> {
  lastId += 1
  const meta = { ...modernMeta({ elicitation: { url: {} } }), ...(_meta as object) }
  const answer = await fetch(RESOURCE, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': String(params['name'] ?? params['uri']),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: lastId,
      method,
      params: { ...params, _meta: meta },
    }),
    ...(signal && { signal }),
  })
  const text = await answer.text()
  const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? text)
  return JSON.parse(json) as RawAnswer
}

/** A tool call, perhaps one that is repeated with what the server has given. */
export async function rawCall(
  fetch: Fetch,
  token: string,
  name: string,
  { args = {}, ...rest }: Params & { readonly args?: Params } = {},
  signal?: AbortSignal,
): Promise<RawAnswer> {
  return rawRequest(fetch, token, 'tools/call', { name, arguments: args, ...rest }, signal)
}
