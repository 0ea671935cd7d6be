import type { RevocableCaller, Revocations, TokenFacts } from './revocations.ts'
import { isTokenRevoked, NOTHING_REVOKED } from './revoked-access.ts'

/**
 * Whether a token is refused, in one look-up. The answer is a promise only where the store gives
 * one: waiting for what is known already costs every request a turn.
 */
export function isRevoked(
  revocations: Revocations,
  caller: RevocableCaller,
  token: TokenFacts,
): boolean | Promise<boolean> {
  if (revocations.isTokenRevoked !== undefined) return revocations.isTokenRevoked(caller, token)
  const judge = (before: number | undefined): boolean =>
    isTokenRevoked({ ...NOTHING_REVOKED, before }, token)
  const known = revocations.revokedBefore(caller)
  return typeof known === 'object' ? known.then(judge) : judge(known)
}
