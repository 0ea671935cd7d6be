import { ConfigError } from '../errors/index.ts'
import { buildPrincipal, type Principal, type TokenClaims } from '../principal/index.ts'

/**
 * The caller that a token with these claims would make, as the resource server builds it: for
 * tests of policies, and of code that reads the caller.
 *
 * @param claims At least `sub` or `client_id`; `scope`, `roles`, `tid` and so on as in a token.
 * @param issuer The issuer of that token.
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` for claims that name nobody
 *
 * @example
 * ```ts
 * const alice = createPrincipal({ sub: 'alice', scope: 'notes:read' })
 * ```
 */
export function createPrincipal(
  claims: TokenClaims,
  issuer: string = 'https://id.example.com',
): Principal {
  const principal = buildPrincipal(issuer, claims, {}, claims)
  if (principal !== undefined) return principal
  throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'createPrincipal: claims (with sub or client_id)')
}
