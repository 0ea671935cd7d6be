import { DeniedError } from '../errors/index.ts'
import { configError, requireKnownOptions, requireStrings, requireType } from '../options/index.ts'
import { currentPrincipal, currentRequest } from './current-request.ts'

/** Options of {@link forwardHeaders}. */
export interface ForwardHeadersOptions {
  /** Names of the fields that the API gets as the caller sent them, such as `x-api-key`. */
  readonly headers: readonly string[]
  /**
   * The audience that the API asks of tokens. `authorization` is forwarded only where it is the
   * resource identifier of this server. @defaultValue none, and `authorization` is refused
   */
  readonly audience?: string
}

const OPTIONS: readonly string[] = ['audience', 'headers'] satisfies (keyof ForwardHeadersOptions)[]

/** About the connection, the body or the sender of another request, or for this server alone. */
const NEVER: ReadonlySet<string> = new Set([
  'connection',
  'cookie',
  'dpop',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'te',
  'trailer',
  'upgrade',
])
const NEVER_BEGINNINGS = ['content-', 'proxy-', 'sec-', 'transfer-', 'x-forwarded-']
const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

/**
 * Creates a `fetch` for an API of this process and this origin, which gets the listed header fields
 * of the MCP request that is being handled: what fastapi_mcp does by `headers`.
 *
 * A listed field comes from the caller or is not there: what a tool sets under its name is dropped,
 * and so is a field that the caller sent twice. Another origin is refused, whatever a tool was asked
 * for. Redirects are not followed. It does NOT escape what goes into a path: use
 * `encodeURIComponent` on every argument of a tool.
 *
 * @param gatehouse Whose requests are forwarded; its `resource` has the origin of the API.
 * @param api The `fetch` of the application itself. One that sends requests over the network would
 *   pass the caller's credentials on (MCP, "Token Passthrough").
 * @throws {ConfigError} `ERR_CONFIG_FORWARDED_HEADER` for a field that is never forwarded;
 *   `ERR_CONFIG_NO_ASYNC_CONTEXT` where the runtime has no AsyncLocalStorage
 * @throws {DeniedError} from the call: `ERR_DENIED_ORIGIN` for another origin,
 *   `ERR_DENIED_OPERATION` outside of a request of `gatehouse`
 *
 * @example
 * ```ts
 * const api = forwardHeaders(gatehouse, app.fetch, { headers: ['x-api-key'] })
 * const orders = await api(`/orders/${encodeURIComponent(id)}`)
 * ```
 */
export function forwardHeaders(
  gatehouse: { readonly resource: string },
  api: (request: Request) => Response | Promise<Response>,
  options: ForwardHeadersOptions,
): (path: string | URL, init?: RequestInit) => Promise<Response> {
  requireKnownOptions(options, OPTIONS, 'forwardHeaders')
  const isNetwork = (api as unknown) === globalThis.fetch
  requireType(typeof api === 'function' && !isNetwork, 'forwardHeaders: api', 'fetch of an app')
  const { resource } = gatehouse
  const { origin } = new URL(resource)
  const names = parseNames(options, resource)
  // Throws where no request could ever be found.
  currentPrincipal()

  return async (path, init) => {
    const inbound = currentRequest()?.inbound
    if (inbound?.resource !== resource) throw new DeniedError('ERR_DENIED_OPERATION', 'Not allowed')
    const url = new URL(path, origin)
    if (url.origin !== origin) throw new DeniedError('ERR_DENIED_ORIGIN', 'Not allowed')
    const request = new Request(url, { ...init, redirect: 'manual' })
    for (const name of names) {
      request.headers.delete(name)
      const [value, ...others] = inbound.header(name)
      if (value !== undefined && others.length === 0) request.headers.set(name, value)
    }
    return api(request)
  }
}

function parseNames(
  { audience, headers }: ForwardHeadersOptions,
  resource: string,
): readonly string[] {
  requireType(Array.isArray(headers) && headers.length > 0, 'forwardHeaders: headers', 'an array')
  const names = requireStrings(headers, 'forwardHeaders: headers').map((name) => name.toLowerCase())
  const refused = names.find((name) => !isForwardable(name))
  if (refused !== undefined) throw configError('ERR_CONFIG_FORWARDED_HEADER', refused)
  if (names.includes('authorization') && audience !== resource) {
    const subject = `authorization (needs audience: ${resource})`
    throw configError('ERR_CONFIG_FORWARDED_HEADER', subject)
  }
  return names
}

function isForwardable(name: string): boolean {
  if (!FIELD_NAME.test(name) || NEVER.has(name)) return false
  return !NEVER_BEGINNINGS.some((beginning) => name.startsWith(beginning))
}
