import type { AuthorizationAttempt } from './authorization-attempt.ts'
import type { RemoteClient } from './client-source.ts'

/** What an authorization request says. */
export interface AuthorizationRequest {
  readonly issuer: string
  readonly clientId: string
  /** Our callback for this server; without query and fragment. */
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** @defaultValue a space (RFC 6749 §3.3) */
  readonly scopeSeparator?: ' ' | ',' | undefined
  /** Whether an ID token is to come back. */
  readonly hasNonce: boolean
  /** `false` for servers that refuse its parameters. @defaultValue `true` */
  readonly hasPkce?: boolean | undefined
  /** S256 of a verifier that somebody else has. @defaultValue a verifier of our own */
  readonly codeChallenge?: string | undefined
  /** Further parameters; none of them is ours. */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Builds the authorization request: PKCE with S256, `state`, `nonce`. What this server sets wins over
 * further parameters, and all of it over a query that the endpoint has. It is pushed (RFC 9126) where
 * the server accepts nothing else.
 */
export async function buildAuthorizationRequest(
  { openid, configuration, metadata }: RemoteClient,
  request: AuthorizationRequest,
): Promise<{ readonly url: string; readonly attempt: AuthorizationAttempt }> {
  const { issuer, clientId, redirectUri, scopes, scopeSeparator = ' ', hasPkce = true } = request
  const hasVerifier = hasPkce && request.codeChallenge === undefined
  const codeVerifier = hasVerifier ? openid.randomPKCECodeVerifier() : undefined
  const codeChallenge = codeVerifier
    ? await openid.calculatePKCECodeChallenge(codeVerifier)
    : request.codeChallenge
  const state = openid.randomState()
  const nonce = request.hasNonce ? openid.randomNonce() : undefined
  const parameters = new Map([
    ...request.parameters,
    ['client_id', clientId],
    ['response_type', 'code'],
    ['redirect_uri', redirectUri],
    ['state', state],
  ])
  if (codeChallenge !== undefined) {
    parameters.set('code_challenge', codeChallenge)
    parameters.set('code_challenge_method', 'S256')
  }
  if (nonce !== undefined) parameters.set('nonce', nonce)
  if (scopes.length > 0) parameters.set('scope', scopes.join(scopeSeparator))
  const entries = Object.fromEntries(parameters)
  const url =
    metadata.require_pushed_authorization_requests === true
      ? await openid.buildAuthorizationUrlWithPAR(configuration, entries)
      : withoutDuplicates(openid.buildAuthorizationUrl(configuration, entries), parameters)
  return { url: url.href, attempt: { issuer, redirectUri, state, nonce, codeVerifier, scopes } }
}

/** The library appends; an endpoint whose query has one of our names would then have it twice. */
function withoutDuplicates(url: URL, parameters: ReadonlyMap<string, string>): URL {
  for (const [name, value] of parameters) url.searchParams.set(name, value)
  return url
}
