import type { TokenEndpointResponse } from 'openid-client'
import { isScopeToken } from '../../oauth/index.ts'
import type { UpstreamSettings } from './parse-options.ts'
import type { UpstreamTokens } from './upstream.ts'

/** Whoever says that a token lives longer than this is asked again after it: 90 days. */
const MAX_LIFETIME_SECONDS = 7_776_000

/**
 * Takes the tokens out of a checked answer. `expires_in` becomes 0 to 90 days of whole seconds.
 *
 * @param asked The scopes that were asked for, or granted before.
 */
export function readTokens(
  { access_token, refresh_token, scope, expires_in }: TokenEndpointResponse,
  { kind }: Pick<UpstreamSettings, 'kind'>,
  asked: readonly string[],
): UpstreamTokens {
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    scopes: scope === undefined ? asked : splitScopes(scope, kind),
    expiresInSeconds:
      expires_in === undefined
        ? undefined
        : Math.floor(Math.min(Math.max(expires_in, 0), MAX_LIFETIME_SECONDS)),
  }
}

/** GitHub puts commas between scopes, which elsewhere may be part of one (RFC 6749 §3.3). */
function splitScopes(scope: string, kind: UpstreamSettings['kind']): readonly string[] {
  const separator = kind === 'oauth' ? /[\s,]+/ : ' '
  return [...new Set(scope.split(separator).filter(isScopeToken))]
}
