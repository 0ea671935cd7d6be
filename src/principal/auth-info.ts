import type { Principal } from './principal.ts'

// Taken when the module loads, as everything of the platform on the way of a request.
const PlatformUrl = URL

/**
 * The caller in the shape of the official MCP SDK (v1 and v2), which hands it to tools as
 * `ctx.http.authInfo` (v2) and `extra.authInfo` (v1).
 */
export interface AuthInfo<Claims = unknown> {
  /** The access token. Never pass it on to another service (MCP, "Token Passthrough"). */
  token: string
  /** The client that the token was issued to; empty where the issuer does not say. */
  clientId: string
  scopes: string[]
  /** Seconds since the epoch. */
  expiresAt: number
  /** The resource identifier that the token was accepted for. */
  resource: URL
  /** Where the SDK's own challenges point clients to (RFC 9728 §5.1). */
  resourceMetadataUrl: string
  extra: { principal: Principal<Claims> }
}

/** A token that was accepted, and whose it is. */
export interface AcceptedToken<Claims> {
  readonly token: string
  readonly principal: Principal<Claims>
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** Builds the SDK's view of a principal. Each request gets its own, since handlers may change it. */
export function buildAuthInfo<Claims>(
  { token, principal, expiresAt }: AcceptedToken<Claims>,
  server: { readonly resource: string; readonly metadataUrl: string },
): AuthInfo<Claims> {
  return {
    token,
    clientId: principal.clientId ?? '',
    scopes: [...principal.scopes],
    expiresAt,
    // Built when it is asked for: few handlers do, and it costs as much as a look-up of the token.
    get resource() {
      return new PlatformUrl(server.resource)
    },
    resourceMetadataUrl: server.metadataUrl,
    extra: { principal },
  }
}
