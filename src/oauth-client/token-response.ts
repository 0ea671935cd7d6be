import type { TokenEndpointResponse } from 'openid-client'
import { isScopeToken } from '../oauth/index.ts'
import type { ReceivedTokens } from './outcome.ts'

/** Whoever says that a token lives longer than this is asked again after it: 90 days. */
const MAX_LIFETIME_SECONDS = 7_776_000

/**
 * Takes the tokens out of a checked answer. `expires_in` becomes 0 to 90 days of whole seconds.
 *
 * @param hasCommas Whether they stand between scopes, as GitHub puts them; elsewhere one may be part of
 *   a scope (RFC 6749 §3.3).
 * @param asked The scopes that were asked for, or granted before.
 */
export function readTokens(
  { access_token, refresh_token, scope, expires_in }: TokenEndpointResponse,
  { hasCommas }: { readonly hasCommas: boolean },
  asked: readonly string[],
): ReceivedTokens {
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    scopes:
      scope === undefined
        ? asked
        : [...new Set(scope.split(hasCommas ? /[\s,]+/ : ' ').filter(isScopeToken))],
    expiresInSeconds:
      expires_in === undefined
        ? undefined
        : Math.floor(Math.min(Math.max(expires_in, 0), MAX_LIFETIME_SECONDS)),
  }
}
