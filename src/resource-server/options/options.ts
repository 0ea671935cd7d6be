import type { TransformMetadata } from '../../discovery/index.ts'
import type { Fetch, InboundRequest } from '../../http/index.ts'
import type { KeyRing } from '../../keys/index.ts'
import type { Limits } from '../../limits/index.ts'
import type { AdditionalMetadata } from '../../oauth/index.ts'
import type { AuditSink } from '../../observability/index.ts'
import type { Policy, PolicyOptions } from '../../policy/index.ts'
import type { MapClaims, Principal, TokenClaims } from '../../principal/index.ts'
import type { Revocations } from '../../revocation/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { SharedSecret, TokenVerifier } from '../../verifiers/index.ts'
import type { DecisionPoint } from '../operation-check.ts'
import type { DpopOptions } from './dpop-options.ts'
import type { ClaimsSchema } from './standard-schema.ts'

/** An authorization server whose tokens are accepted, where its issuer identifier alone is not enough. */
export interface AuthorizationServerOptions {
  /** Issuer identifier, exactly as the server's metadata states it (RFC 8414 §2). */
  readonly issuer: string
  /**
   * What `iss` of its access tokens says, where that is another identifier than its metadata's
   * (Scalekit, tokens of version 1 of Entra ID). Clients are sent to `issuer` all the same, and
   * `principal.issuer` is this. @defaultValue `issuer`
   */
  readonly tokenIssuer?: string
  /**
   * URL of the metadata document.
   * @defaultValue the well-known locations, in the order of the MCP specification
   */
  readonly metadataUrl?: string
  /** The metadata document itself; then none is fetched. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Patches the document before it is validated. */
  readonly transformMetadata?: TransformMetadata
  /**
   * URL of the JSON Web Key Set.
   * @defaultValue `jwks_uri` of the metadata
   */
  readonly jwksUri?: string
  /**
   * A shared secret of at least 32 bytes for HS* tokens, instead of published keys. Whoever can
   * verify with it can also sign; prefer an issuer with asymmetric keys.
   */
  readonly secret?: string | SharedSecret
  /**
   * Accepted signature algorithms (RFC 7518 §3.1).
   * @defaultValue all asymmetric ones, or HS256 with a `secret`
   */
  readonly algorithms?: readonly string[]
  /**
   * Refuse tokens whose header does not say `at+jwt` (RFC 9068 §2.1). Switch it on where the
   * issuer follows RFC 9068.
   * @defaultValue false
   */
  readonly requireAtJwt?: boolean
  /** Try up to four keys for a token without `kid`. @defaultValue false */
  readonly allowKeyTrial?: boolean
  /** Further accepted values of `aud` for this issuer, such as an application id. */
  readonly audience?: string | readonly string[]
  /**
   * Clients, by `client_id`, whose tokens are accepted though they have no `aud` at all (Cognito).
   * Whatever those clients got a token for, they can use it here. @defaultValue none
   */
  readonly clientsWithoutAudience?: readonly string[]
  /** With `singleAudience`: values that may stand beside ours, such as Keycloak's `account`. */
  readonly otherAudiences?: readonly string[]
  /** Reads scopes, roles, tenant, client and the like from where this issuer puts them. */
  readonly mapClaims?: MapClaims
  /**
   * What clients ask this server for to get the given scopes, for challenges and `scopes_supported`:
   * Entra ID's `api://…/notes.read` for `notes.read`. A 401 does not know whose token is meant: it
   * has the words of the first server. @defaultValue the scopes themselves
   */
  readonly requestScopes?: RequestScopes
}

/** Turns scopes of the policy into those that an authorization server is asked for. */
export type RequestScopes = (scopes: readonly string[]) => readonly string[]

/** Options of `createResourceServer`. */
export interface ResourceServerOptions<Claims = TokenClaims> {
  /**
   * Resource identifier: the public URL of the MCP endpoint (RFC 8707 §2). Tokens must carry it
   * as audience. It is the only source of public URLs; `Host` and `X-Forwarded-*` never are.
   */
  readonly resource: string
  /** Issuers whose tokens are accepted and that clients are sent to; at least one. */
  readonly authorizationServers: readonly (string | AuthorizationServerOptions)[]
  /** Further accepted values of `aud`, for every issuer. */
  readonly audience?: string | readonly string[]
  /** Refuse tokens that name any other audience beside ours. @defaultValue false */
  readonly singleAudience?: boolean
  /** Scopes that every request needs; a token without them is answered 403. @defaultValue none */
  readonly requiredScopes?: readonly string[]
  /**
   * Claims that every token needs, with a value that is not empty: `''`, `[]`, `{}` and `null` are.
   * A token without them is answered 401 `invalid_token`, and the event names what it lacks.
   * @defaultValue none
   */
  readonly requiredClaims?: readonly string[]
  /**
   * Speaks of `requiredClaims` as of scopes, for clients of mcp-auth-middleware: a token that lacks
   * some is answered 403 `{"error":"missing_scopes","missing":[{"scope":"email"}]}` without a
   * challenge, and beside `publishedKeys` there is `/.well-known/openid-configuration`, with the
   * origin of the resource as `issuer` and the claims as `scopes_supported`. MCP clients cannot act
   * on either. @defaultValue false
   */
  readonly claimsAsScopes?: boolean
  /**
   * Key rings whose public keys are served at `/.well-known/jwks.json` of the resource's origin
   * (RFC 7517 §5), such as those that tokens are encrypted for: the current keys, the next ones and
   * those before, kept by others for 10 minutes. @defaultValue none, and no such path
   */
  readonly publishedKeys?: readonly KeyRing[]
  /**
   * What a caller may do, decided for every message before the handler sees it: an object for
   * `definePolicy`, or what that returned. @defaultValue whatever `requiredScopes` allow
   */
  readonly policy?: Policy | PolicyOptions
  /**
   * Asked about every operation that the policy allows, such as a policy engine. Only `true` lets
   * it through; a failure, or no answer in time, is answered 503. Lists are not filtered by it.
   * @defaultValue nobody is asked
   */
  readonly decide?: DecisionPoint
  /** How long functions of the policy and `decide` may take, 1 to 60 seconds. @defaultValue 5 */
  readonly policyTimeoutSeconds?: number
  /** Scopes that a 401 asks the client to request. @defaultValue `requiredScopes` */
  readonly challengeScopes?: readonly string[]
  /**
   * `scopes_supported` of the metadata: the minimal set for basic use, not a catalogue.
   * @defaultValue `requiredScopes`
   */
  readonly scopesSupported?: readonly string[]
  /** Further fields of the metadata under their wire names, such as `resource_name` (RFC 9728 §2). */
  readonly metadata?: AdditionalMetadata
  /** Serve the metadata at the well-known root path too, for clients that look only there. @defaultValue false */
  readonly metadataAtRoot?: boolean
  /**
   * Serve a copy of the first authorization server's metadata on this origin, for clients of
   * MCP 2025-03-26. Clients of later revisions reject a document whose issuer is another origin,
   * so switching it on warns. @defaultValue false
   */
  readonly mirrorServerMetadata?: boolean
  /** `realm` of the challenges. @defaultValue none */
  readonly realm?: string
  /** Tolerated difference of clocks, 0 to 300 seconds. @defaultValue 30 */
  readonly leewaySeconds?: number
  /** Longest accepted `exp − iat` in seconds. @defaultValue unlimited */
  readonly maxTokenLifetimeSeconds?: number
  /** Longest accepted time since `iat` in seconds. @defaultValue unlimited */
  readonly maxTokenAgeSeconds?: number
  /** Refuse tokens of clients that act for themselves. @defaultValue false */
  readonly requireSubject?: boolean
  /**
   * Accept tokens that are bound to a key of the client (RFC 9449), with a proof that it has the
   * key; `{}` is enough. Without it such tokens are refused. @defaultValue none is accepted
   */
  readonly dpop?: DpopOptions
  /** A schema for the claims (Standard Schema: zod, valibot, …); its output is `principal.claims`. */
  readonly claims?: ClaimsSchema<Claims>
  /**
   * Verifies tokens instead of the built-in JWT verifier; all checks of claims stay in force.
   * `firstOf` makes one of several, such as OAuth for people and API keys for machines.
   */
  readonly verifier?: TokenVerifier
  /**
   * Asked on every request, also when the token is cached. Anything but `false` is a refusal, and
   * a failure is answered 503. @defaultValue nothing is revoked
   */
  readonly isRevoked?: (
    principal: Principal<Claims>,
    claims: TokenClaims,
  ) => boolean | Promise<boolean>
  /**
   * Where `revoke` is kept, for several processes or for longer than the process lives.
   * @defaultValue in memory
   */
  readonly revocations?: Revocations
  /**
   * The tenant that a request is addressed to, by its host, path or a header field. A caller of
   * another one, or of none, is answered 403. @defaultValue whatever tenant the token has
   */
  readonly requestedTenant?: (request: InboundRequest) => string | undefined
  /** Largest body that is read, 1,024 to 67,108,864 bytes. @defaultValue 4194304 */
  readonly maxBodyBytes?: number
  /**
   * Largest message of an answer that is looked into, 1,024 to 268,435,456 bytes: of a list, or of
   * any event of a stream. A larger one breaks the answer off. @defaultValue `maxBodyBytes`
   */
  readonly maxAnswerBytes?: number
  /**
   * How long the answer of a running call may go on after its token has expired, 0 to 86,400
   * seconds. Streams that wait for events end with the token. @defaultValue 3600
   */
  readonly maxCallSeconds?: number
  /** Streams that one caller may wait for events on, 1 to 10,000. @defaultValue 64 */
  readonly maxStreamsPerPrincipal?: number
  /**
   * Web origins whose pages may call this server; `['*']` for every one.
   * @defaultValue none, and for a resource on a loopback address every loopback origin
   */
  readonly allowedOrigins?: readonly string[]
  /** Let pages of the allowed origins send cookies. Tokens do not need it. @defaultValue false */
  readonly allowCredentials?: boolean
  /**
   * Names that the `Host` field may have, with or without a port.
   * @defaultValue any, and for a resource on a loopback address the loopback names
   */
  readonly allowedHosts?: readonly string[]
  /**
   * How many reverse proxies stand in front, 0 to 16: the client's address in audit events and limits
   * is read that many entries from the right of `X-Forwarded-For`. @defaultValue 0
   */
  readonly trustedProxyHops?: number
  /**
   * How much callers and addresses may ask for: what `createLimits` of `mcp-gatehouse/limits` makes.
   * @defaultValue unlimited
   */
  readonly limits?: Limits
  /** How many verified tokens are remembered, 0 to 1,000,000. @defaultValue 10000 */
  readonly tokenCacheSize?: number
  /** Allow http for resource and issuers on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
  /** The `fetch` for metadata and keys: a proxy, a custom CA. @defaultValue the platform's, as it was when this package loaded */
  readonly fetch?: Fetch
  /**
   * Receives one event per request, and warnings; a second one, of the same `correlationId`, where a
   * handler asks for more scopes after all. @defaultValue warnings go to the console
   */
  readonly onEvent?: AuditSink
  /** Names a request in its events. @defaultValue a random UUID */
  readonly correlationId?: (header: (name: string) => string | undefined) => string
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock
}
