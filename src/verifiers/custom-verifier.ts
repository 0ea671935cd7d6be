import { configError } from '../options/index.ts'
import type { TokenClaims } from '../principal/index.ts'
import { accept, refuse } from './token-failure.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** Tells what a token says, or `undefined` for one that is not authentic. */
export type VerifyToken = (
  token: string,
) => TokenClaims | undefined | Promise<TokenClaims | undefined>

/**
 * Creates a verifier from a function of yours.
 *
 * Claims accept the token as authentic; `iss`, `aud` and `exp` must be among them, since the
 * resource server goes on to check issuer, audience, expiry, scopes and revocation. `undefined`
 * refuses the token, and so does whatever else is no object. What throws is 503, and the client
 * keeps its token: throw where you cannot tell, never for a token that is bad.
 *
 * It is asked on every request: nothing is remembered.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` where `verify` is no function
 *
 * @example
 * ```ts
 * customVerifier(async (token) => {
 *   const row = await sessions.find(token)
 *   return row && { iss: issuer, aud: resource, sub: row.userId, exp: row.expiresAt }
 * })
 * ```
 */
export function customVerifier(verify: VerifyToken): TokenVerifier {
  if (typeof verify !== 'function') {
    throw configError('ERR_CONFIG_OPTION_TYPE', 'customVerifier: verify (a function)')
  }
  return {
    async verify(token) {
      const answer: unknown = await verify(token)
      if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
        return refuse('verifier')
      }
      // Without a prototype, on which somebody else's code may have put `aud` or `exp`.
      const claims = Object.assign<Record<string, unknown>, object>(Object.create(null), answer)
      const { iss } = claims
      return typeof iss === 'string' ? accept({ issuer: iss, claims }) : refuse('iss')
    },
  }
}
