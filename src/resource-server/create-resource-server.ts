import { runWithPrincipal } from '../context/index.ts'
import {
  fromRequest,
  type InboundRequest,
  peekJsonBody,
  readJsonRequest,
  readMessage,
  withHeaders,
} from '../http/index.ts'
import type { ProtectedResourceMetadata } from '../oauth/index.ts'
import {
  type AuthInfo,
  buildAuthInfo,
  type Principal,
  type TokenClaims,
} from '../principal/index.ts'
import { createGate, type ReadBody } from './gate.ts'
import {
  configError,
  parseOptions,
  parsePublicPaths,
  type ResourceServerOptions,
} from './options/index.ts'

/** A request that may go on, and whose it is. */
export interface Admission<Claims = TokenClaims> {
  /** The caller in the MCP SDK's shape. */
  readonly authInfo: AuthInfo<Claims>
  readonly principal: Principal<Claims>
  /** The body as the caller of `authenticate` parsed it; never parsed twice. */
  readonly parsedBody: unknown
  /** Fields to set on the answer, so that the page of an allowed origin can read it. */
  readonly headers: Readonly<Record<string, string>>
}

/** What a handler behind `protect` is given beside the request; the MCP SDK's own options. */
export type HandlerContext<Claims = TokenClaims> = Pick<
  Admission<Claims>,
  'authInfo' | 'principal' | 'parsedBody'
>

/** The gate in front of an MCP server. */
export interface ResourceServer<Claims = TokenClaims> {
  /** The resource identifier in its canonical form. */
  readonly resource: string
  /** URL of the protected resource metadata (RFC 9728 §3.1). */
  readonly metadataUrl: string
  /** The metadata document (RFC 9728 §2). */
  readonly protectedResourceMetadata: ProtectedResourceMetadata
  /**
   * Decides about one request: an admission, or the answer to send instead. The answer may also
   * be the metadata or a preflight's.
   *
   * @param options `parsedBody`: the JSON body where a framework has parsed it already.
   */
  authenticate(
    request: Request,
    options?: { readonly parsedBody?: unknown },
  ): Promise<Admission<Claims> | Response>
  /**
   * Puts the gate in front of an MCP handler, such as `createMcpHandler(…).fetch` of the SDK.
   *
   * The JSON body of a POST is read here, at most 4 MiB of it, and handed on as `parsedBody`: the
   * handler must not read the request again. What is no JSON is answered 400, a larger one 413.
   *
   * What the platform passes after the request (an `env` of Workers) is not handed on: the SDK's
   * handler takes its options there.
   */
  protect(
    handler: (request: Request, context: HandlerContext<Claims>) => Response | Promise<Response>,
  ): (request: Request, ...platform: unknown[]) => Promise<Response>
  /**
   * Puts the gate in front of a whole application, which keeps its arguments and reads the caller
   * with `currentPrincipal()`.
   *
   * @param options `publicPaths`: exact paths that need no token, such as `/healthz`.
   */
  protectFetch<Platform extends unknown[]>(
    fetch: (request: Request, ...platform: Platform) => Response | Promise<Response>,
    options?: { readonly publicPaths?: readonly string[] },
  ): (request: Request, ...platform: Platform) => Promise<Response>
  /** The metadata document, for its own paths; `undefined` for any other. */
  metadata(request: Request): Promise<Response | undefined>
  /** For adapters: {@link ResourceServer.authenticate} for a request of any server. */
  inspect(
    request: InboundRequest,
    options: { readonly parsedBody?: unknown; readonly readBody: ReadBody },
  ): Promise<Admission<Claims> | Response>
  /** For adapters: {@link ResourceServer.metadata} for a request of any server. */
  inspectMetadata(request: InboundRequest): Promise<Response | undefined>
  /**
   * Reads metadata and keys of every authorization server ahead of the first request.
   *
   * @throws {UpstreamError} for the first that cannot be read; requests would be answered 503
   */
  warmUp(): Promise<void>
  /** Forgets the keys of an issuer, or of all: after a compromise, before their age runs out. */
  purgeKeys(issuer?: string): void
}

/**
 * Creates the resource server of an MCP endpoint: it publishes where tokens come from, admits
 * requests that carry a valid one, and answers all others with the challenge that MCP clients
 * sign in by.
 *
 * Nothing is fetched before the first token arrives. It does NOT issue tokens, and does not decide
 * what a caller may do beyond `requiredScopes`.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first request
 *
 * @example
 * ```ts
 * const gatehouse = createResourceServer({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: ['https://id.example.com/realms/acme'],
 * })
 * export default { fetch: gatehouse.protect(mcpHandler.fetch) }
 * ```
 *
 * @see [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728.html) for the metadata
 * @see [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750.html#section-3) for the challenges
 */
export function createResourceServer<Claims = TokenClaims>(
  options: ResourceServerOptions<Claims>,
): ResourceServer<Claims> {
  const settings = parseOptions(options)
  const { resource, metadataUrl, servers } = settings
  const gate = createGate(settings)

  const inspect: ResourceServer<Claims>['inspect'] = async (request, { parsedBody, readBody }) => {
    const passage = await gate.inspect(request, readBody)
    if (passage instanceof Response) return passage
    const { principal, headers } = passage
    return { authInfo: buildAuthInfo(passage, settings), principal, parsedBody, headers }
  }
  const authenticate: ResourceServer<Claims>['authenticate'] = (request, { parsedBody } = {}) =>
    inspect(fromRequest(request), {
      parsedBody,
      readBody: async () => parsedBody ?? peekJsonBody(request.body),
    })

  return {
    resource,
    metadataUrl,
    protectedResourceMetadata: settings.metadata,
    authenticate,
    inspect,
    protect: (handler) => async (request) => {
      const admission = await authenticate(request)
      if (admission instanceof Response) return admission
      const { authInfo, principal, headers } = admission
      const message = await readMessage(fromRequest(request), () => readJsonRequest(request))
      if (message instanceof Response) return withHeaders(message, headers)
      const context = { authInfo, principal, parsedBody: message.parsedBody }
      const answer = await runWithPrincipal(principal, () => handler(request, context))
      return withHeaders(answer, headers)
    },
    protectFetch(fetch, { publicPaths = [] } = {}) {
      const open = parsePublicPaths(publicPaths)
      return async (request, ...platform) => {
        if (open.has(fromRequest(request).path)) return fetch(request, ...platform)
        const admission = await authenticate(request)
        if (admission instanceof Response) return admission
        const answer = await runWithPrincipal(admission.principal, () =>
          fetch(request, ...platform),
        )
        return withHeaders(answer, admission.headers)
      }
    },
    metadata: (request) => gate.serveMetadata(fromRequest(request)),
    inspectMetadata: (request) => gate.serveMetadata(request),
    async warmUp() {
      await Promise.all(servers.map((server) => server.warmUp()))
    },
    purgeKeys(issuer) {
      const chosen = servers.filter((server) => issuer === undefined || server.issuer === issuer)
      if (chosen.length === 0)
        throw configError('ERR_CONFIG_ISSUER_INVALID', `purgeKeys(${issuer})`)
      for (const server of chosen) server.purgeKeys()
    },
  }
}
