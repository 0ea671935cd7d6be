import type { ClaimCheck } from './check.ts'

/** Claims of ID tokens (OpenID Connect Core §2, §3.3.2.11) and of logout tokens (Back-Channel Logout §2.4). */
const FOREIGN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/**
 * The token is an access token: an ID token of the same issuer is signed with the same key
 * (RFC 9068 §4, RFC 8725 §3.12).
 */
export const checkTokenKind: ClaimCheck = ({ claims, type }) => {
  if (type === 'at+jwt') return undefined
  // Cognito and Ory Hydra tell their kinds of token apart by `token_use`, Keycloak by a claim `typ`;
  // Keycloak before 24 copied `nonce` into access tokens, so its own word counts first.
  const { cnf, token_use, typ } = claims
  if (token_use !== undefined) {
    return token_use === 'access' || token_use === 'access_token' ? undefined : 'typ'
  }
  // So does Keycloak with tokens that are bound to a key (`DPoPUtil`, TOKEN_TYPE_DPOP).
  if (typ === 'DPoP' && cnf !== undefined) return undefined
  if (typ !== undefined) return typ === 'Bearer' ? undefined : 'typ'
  return FOREIGN_CLAIMS.some((name) => claims[name] !== undefined) ? 'typ' : undefined
}
