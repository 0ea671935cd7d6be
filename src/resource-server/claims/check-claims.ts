import type { TokenFailureReason, VerifiedToken } from '../../verifiers/index.ts'
import { checkAudience } from './audience.ts'
import type { ClaimCheck, ClaimRules } from './check.ts'
import { checkKeyBinding } from './key-binding.ts'
import { checkExpiry, checkIssuedAt, checkLifetime, checkNotBefore } from './lifetime.ts'
import { checkSubject } from './subject.ts'
import { checkTokenKind } from './token-kind.ts'

/** Every rule about a verified token, in order; the first that objects gives the reason. */
const CLAIM_CHECKS: readonly ClaimCheck[] = [
  checkTokenKind,
  checkAudience,
  checkExpiry,
  checkNotBefore,
  checkIssuedAt,
  checkLifetime,
  checkSubject,
  checkKeyBinding,
]

/** Runs all rules; `now` in seconds since the epoch. */
export function checkClaims(
  token: VerifiedToken,
  rules: ClaimRules,
  now: number,
): TokenFailureReason | undefined {
  for (const check of CLAIM_CHECKS) {
    const reason = check(token, rules, now)
    if (reason !== undefined) return reason
  }
  return undefined
}
