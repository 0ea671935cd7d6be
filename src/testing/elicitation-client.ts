import type {
  Client,
  ElicitRequestFormParams,
  ElicitRequestParams,
  ElicitRequestURLParams,
  ElicitResult,
  VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { importPeer } from '../runtime/index.ts'

/** What the user says: `accept` (with `content` where it was a form), `decline` or `cancel`. */
export type ElicitationAnswer = Pick<ElicitResult, 'action' | 'content'>

/** How {@link connectElicitationClient} connects, and what its user answers. */
export interface ElicitationClientOptions {
  /** Sent as a bearer token. @defaultValue none */
  readonly token?: string | undefined
  /** Makes the requests, such as a handler that needs no socket. */
  readonly fetch?: ((url: string | URL, init?: RequestInit) => Promise<Response>) | undefined
  /** @defaultValue the newest that the server has */
  readonly protocolVersion?: '2025-11-25' | '2026-07-28' | undefined
  /** Fills in a form. @defaultValue none, and form mode is not declared */
  readonly form?:
    | ((request: ElicitRequestFormParams) => ElicitationAnswer | Promise<ElicitationAnswer>)
    | undefined
  /** Goes to a URL, as a scripted browser does. @defaultValue none, and URL mode is not declared */
  readonly url?:
    | ((
        url: URL,
        request: ElicitRequestURLParams,
      ) => ElicitationAnswer | Promise<ElicitationAnswer>)
    | undefined
}

/** A connected client whose user answers what the server asks. */
export interface ElicitationClient {
  /** The client of the SDK, to be closed when the test is over. */
  readonly client: Client
  /** What the server has asked for so far, as it came. */
  readonly requests: readonly ElicitRequestParams[]
}

/**
 * Connects the client of the MCP SDK to a server that asks its user for something in the middle of
 * a call. It declares the modes that it is given an answer for.
 *
 * It needs `@modelcontextprotocol/client` 2. It does NOT sign in, opens no URL by itself, and does
 * NOT call again after the error `-32042` of 2025-11-25, which rejects the call.
 *
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING`
 *
 * @example
 * ```ts
 * const { client, requests } = await connectElicitationClient(url, {
 *   token,
 *   form: () => ({ action: 'accept', content: { sure: true } }),
 * })
 * ```
 *
 * @see [MCP, Elicitation](https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation)
 */
export async function connectElicitationClient(
  url: string | URL,
  options: ElicitationClientOptions = {},
): Promise<ElicitationClient> {
  const { token, fetch, protocolVersion, form } = options
  const sdk = await importPeer(
    '@modelcontextprotocol/client',
    () => import('@modelcontextprotocol/client'),
  )
  const elicitation = { ...(form && { form: {} }), ...(options.url && { url: {} }) }
  const isAnswered = Object.keys(elicitation).length > 0
  const client = new sdk.Client(
    { name: 'elicitation-client', version: '1.0.0' },
    {
      capabilities: isAnswered ? { elicitation } : {},
      versionNegotiation: { mode: negotiationOf(protocolVersion) },
    },
  )
  const requests: ElicitRequestParams[] = []
  if (isAnswered) {
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      requests.push(params)
      return answer(params, options)
    })
  }
  const transport = new sdk.StreamableHTTPClientTransport(new URL(url), {
    ...(token !== undefined && { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
    ...(fetch !== undefined && { fetch }),
  })
  await client.connect(transport)
  return { client, requests }
}

function negotiationOf(
  protocolVersion: ElicitationClientOptions['protocolVersion'],
): VersionNegotiationMode {
  if (protocolVersion === undefined) return 'auto'
  return protocolVersion === '2025-11-25' ? 'legacy' : { pin: protocolVersion }
}

/** The SDK refuses a mode that was not declared before it comes to this. */
async function answer(
  params: ElicitRequestParams,
  { form, url }: ElicitationClientOptions,
): Promise<ElicitationAnswer> {
  const given = params.mode === 'url' ? url?.(new URL(params.url), params) : form?.(params)
  return (await given) ?? { action: 'cancel' }
}
