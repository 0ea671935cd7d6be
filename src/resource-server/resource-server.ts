import type { CurrentRequest } from '../context/index.ts'
import type { BodySource, InboundRequest, PlanAnswer } from '../http/index.ts'
import type { ProtectedResourceMetadata } from '../oauth/index.ts'
import type { AuthInfo, Principal, TokenClaims } from '../principal/index.ts'
import type { Revocation, RevokedCaller } from '../revocation/index.ts'

/** A request that may go on, and whose it is. */
export interface Admission<Claims = TokenClaims> {
  /** The caller in the MCP SDK's shape. */
  readonly authInfo: AuthInfo<Claims>
  readonly principal: Principal<Claims>
  /** The body, where it was given or had to be read. */
  readonly parsedBody: unknown
  /**
   * Runs the handler with the caller as `currentPrincipal()`, and gives its answer as it is to be
   * sent: with lists filtered, sessions bound, streams that end in time, and fields for the page
   * of an allowed origin.
   */
  handle(handler: () => Response | Promise<Response>): Promise<Response>
}

/** For adapters: an admission whose handler does not answer with a `Response`. */
export interface Passage<Claims = TokenClaims>
  extends Pick<Admission<Claims>, 'authInfo' | 'parsedBody' | 'principal'> {
  /** Fields to set on the answer, so that the page of an allowed origin can read it. */
  readonly headers: Readonly<Record<string, string>>
  /** What `runWithRequest` runs the handler with. */
  readonly current: CurrentRequest
  /** What is done to the answer. */
  readonly plan: PlanAnswer
  /**
   * To be called when the request is over, once or more: also where no answer was begun. `undefined`
   * where nobody waits for it.
   */
  readonly release?: (() => void) | undefined
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
   * be the metadata or a preflight's. The request can still be read. It does NOT count among the
   * requests that limits allow at a time, since nothing says when it is over.
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
   * The JSON body of a POST is read here, at most `maxBodyBytes` of it, and handed on as
   * `parsedBody`: the handler must not read the request again. What is no JSON is answered 400, a
   * larger one 413.
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
  /**
   * Whether every body is read before its request is let through: with a policy, and with limits of
   * principals, clients or tools.
   */
  readonly checksMessages: boolean
  /**
   * The metadata document, and the published keys where there are some, for their own paths;
   * `undefined` for any other.
   */
  metadata(request: Request): Promise<Response | undefined>
  /** For adapters: {@link ResourceServer.authenticate} for a request of any server. */
  inspect(request: InboundRequest, body: BodySource): Promise<Passage<Claims> | Response>
  /** For adapters: {@link ResourceServer.metadata} for a request of any server. */
  inspectMetadata(request: InboundRequest): Promise<Response | undefined>
  /**
   * Reads metadata and keys of every authorization server ahead of the first request, or what the
   * `verifier` reads instead, and has the store of the `limits` ready.
   *
   * @throws {UpstreamError} for the first that cannot be read; requests would be answered 503
   */
  warmUp(): Promise<void>
  /**
   * Refuses from now on everything that was issued to a caller before an instant, and ends the
   * caller's sessions and streams.
   *
   * @param revocation `before`: seconds since the epoch. @defaultValue now
   */
  revoke(revocation: RevokedCaller & Partial<Pick<Revocation, 'before'>>): Promise<void>
  /**
   * Forgets the keys of an issuer, or of all: after a compromise, before their age runs out. Those
   * of a `verifier` too, where it has `purgeKeys`; `jwtVerifier` and `jweVerifier` have.
   *
   * @throws {ConfigError} `ERR_CONFIG_ISSUER_INVALID` for an issuer that is not configured
   */
  purgeKeys(issuer?: string): void
}
