import type { UpstreamClient } from './client-source.ts'
import type { UpstreamSettings } from './parse-options.ts'
import type { UpstreamAttempt, UpstreamStart } from './upstream.ts'

/** What a client may make this server send on; longer values are dropped. */
const MAX_FORWARDED_LENGTH = 1_024

/**
 * Builds the authorization request: PKCE with S256, `state`, `nonce`. What this server sets, wins
 * over `extraAuthorizeParams`, those over what is passed on from the client, and all of it over a
 * query that the endpoint has. It is pushed (RFC 9126) where the upstream accepts nothing else.
 */
export async function buildAuthorizationRequest(
  { openid, configuration, metadata }: UpstreamClient,
  settings: UpstreamSettings,
  request: UpstreamStart,
): Promise<{ readonly url: string; readonly attempt: UpstreamAttempt }> {
  const { name, issuer, scopes } = settings
  const codeVerifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const nonce = settings.kind === 'oidc' ? openid.randomNonce() : undefined
  const { redirectUri } = request
  const parameters = new Map([
    ...forwardedParameters(settings, request),
    ...settings.extraParameters,
    ['client_id', settings.clientId],
    ['response_type', 'code'],
    ['redirect_uri', redirectUri],
    ['state', state],
    ['code_challenge', await openid.calculatePKCECodeChallenge(codeVerifier)],
    ['code_challenge_method', 'S256'],
  ])
  if (nonce !== undefined) parameters.set('nonce', nonce)
  if (scopes.length > 0) parameters.set('scope', scopes.join(' '))
  const entries = Object.fromEntries(parameters)
  const url =
    metadata.require_pushed_authorization_requests === true
      ? await openid.buildAuthorizationUrlWithPAR(configuration, entries)
      : withoutDuplicates(openid.buildAuthorizationUrl(configuration, entries), parameters)
  const attempt = { upstream: name, issuer, redirectUri, state, nonce, codeVerifier, scopes }
  return { url: url.href, attempt }
}

function forwardedParameters(
  { forwardedParameters: names }: UpstreamSettings,
  { clientParameters = {} }: UpstreamStart,
): ReadonlyMap<string, string> {
  const forwarded = new Map<string, string>()
  const add = (name: string, value: unknown): void => {
    if (typeof value !== 'string' || value === '' || value.length > MAX_FORWARDED_LENGTH) return
    if (!/\p{Cc}/u.test(value)) forwarded.set(name, value)
  }
  for (const name of names) {
    if (Object.hasOwn(clientParameters, name)) add(name, clientParameters[name])
  }
  return forwarded
}

/** The library appends; an endpoint whose query has one of our names would then have it twice. */
function withoutDuplicates(url: URL, parameters: ReadonlyMap<string, string>): URL {
  for (const [name, value] of parameters) url.searchParams.set(name, value)
  return url
}
