import type { TokenFailureReason, VerifiedToken } from '../../verifiers/index.ts'
import { checkAudience } from './audience.ts'
import type { ClaimCheck, ClaimRules } from './check.ts'
import { checkKeyBinding } from './key-binding.ts'
import { checkExpiry, checkIssuedAt, checkLifetime, checkNotBefore } from './lifetime.ts'
import { checkSubject } from './subject.ts'
import { checkTokenKind } from './token-kind.ts'

/** The rules whose outcome changes as time passes. */
const TIME_CHECKS: readonly ClaimCheck[] = [
  checkExpiry,
  checkNotBefore,
  checkIssuedAt,
  checkLifetime,
]

/** Every rule about a verified token, in order; the first that objects gives the reason. */
const CLAIM_CHECKS: readonly ClaimCheck[] = [
  checkTokenKind,
  checkAudience,
  ...TIME_CHECKS,
  checkSubject,
  checkKeyBinding,
]

/** Runs all rules; `now` in seconds since the epoch. */
export const checkClaims: ClaimCheck = (...facts) => firstReason(CLAIM_CHECKS, ...facts)

/** Runs those that a token which was accepted before can still break. */
export const checkTime: ClaimCheck = (...facts) => firstReason(TIME_CHECKS, ...facts)

function firstReason(
  checks: readonly ClaimCheck[],
  token: VerifiedToken,
  rules: ClaimRules,
  now: number,
): TokenFailureReason | undefined {
  for (const check of checks) {
    const reason = check(token, rules, now)
    if (reason !== undefined) return reason
  }
  return undefined
}
