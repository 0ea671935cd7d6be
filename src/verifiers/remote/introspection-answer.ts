import type { TokenClaims } from '../../principal/index.ts'
import { accept, type Checked, refuse } from '../token-failure.ts'

/** Access tokens by their names in RFC 6749 §7.1, RFC 9449 §5, and of servers that name the kind. */
const ACCESS_TOKEN_TYPES: ReadonlySet<string> = new Set(['bearer', 'dpop', 'access_token'])
/** Cognito's name, and Ory Hydra's. */
const ACCESS_TOKEN_USES: ReadonlySet<unknown> = new Set(['access', 'access_token'])

/**
 * What an introspection response says (RFC 7662 §2.2), whose `active` is known to be a boolean.
 *
 * A field that is absent never counts as a match. `aud`, `exp` and whatever else is about claims is
 * the resource server's to check.
 */
export function readIntrospection(
  answer: Readonly<Record<string, unknown>>,
  issuer: string,
): Checked<TokenClaims> {
  // Without a prototype, on which somebody else's code may have put `active` or `aud`.
  const { active, ...claims } = Object.assign<Record<string, unknown>, object>(
    Object.create(null),
    answer,
  )
  if (active !== true) return refuse('inactive')
  const { iss, token_type, token_use, cnf } = claims
  if (iss !== issuer) return refuse('iss')
  if (token_use !== undefined && !ACCESS_TOKEN_USES.has(token_use)) return refuse('token_use')
  if (token_type === undefined) return accept(claims)
  const type = typeof token_type === 'string' ? token_type.toLowerCase() : ''
  if (!ACCESS_TOKEN_TYPES.has(type)) return refuse('token_use')
  // Bound to a key that nobody names: it must not pass for a bearer token.
  return type === 'dpop' && cnf === undefined ? refuse('binding') : accept(claims)
}
