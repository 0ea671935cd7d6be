import type { TokenVerifier } from '../token-verifier.ts'
import { type AskAboutToken, createRemoteVerifier } from './remote-verifier.ts'
import { createUserinfoCheck } from './userinfo-generic.ts'
import { createGithubCheck } from './userinfo-github.ts'
import { createGoogleCheck } from './userinfo-google.ts'
import {
  parseUserinfoOptions,
  type UserinfoSettings,
  type UserinfoVerifierOptions,
} from './userinfo-options.ts'

/**
 * Creates the verifier for opaque access tokens that a provider tells about at an endpoint of its
 * own: GitHub's check of an app's token, Google's `tokeninfo`, or any userinfo endpoint.
 *
 * A token that was issued to somebody else's client is refused. GitHub and Google say whose it is:
 * `aud` becomes `clientId`, which the resource server takes as `audience` of this issuer. A userinfo
 * endpoint does not say it: `provesAudience` has to.
 *
 * What cannot be read, takes longer than 4.5 s or redirects is 503, and the client keeps its token.
 * An accepted token is not asked about again for `cacheSeconds`. It does NOT check audience, expiry
 * or scopes: the resource server does.
 *
 * @throws {ConfigError} for every mistake in the options, at once and not at the first token;
 *   `ERR_CONFIG_AUDIENCE_UNPROVEN` without `provesAudience`
 *
 * @example
 * ```ts
 * createResourceServer({
 *   resource: 'https://mcp.example.com/mcp',
 *   authorizationServers: [{ issuer: 'https://github.com', audience: clientId }],
 *   verifier: userinfoVerifier({ provider: 'github', clientId, clientSecret }),
 * })
 * ```
 *
 * @see [RFC 9700 §2.3](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.3)
 */
export function userinfoVerifier(options: UserinfoVerifierOptions): TokenVerifier {
  const settings = parseUserinfoOptions(options)
  return createRemoteVerifier(settings.issuer, createCheck(settings), settings)
}

function createCheck(settings: UserinfoSettings): AskAboutToken {
  switch (settings.provider) {
    case 'github':
      return createGithubCheck(settings)
    case 'google':
      return createGoogleCheck(settings)
    case 'generic':
      return createUserinfoCheck(settings)
    default:
      return settings satisfies never
  }
}
