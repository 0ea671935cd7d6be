import type { ClaimCheck } from './check.ts'

/** The token has not expired "on or after" its `exp` (RFC 7519 §4.1.4); `exp` is mandatory. */
export const checkExpiry: ClaimCheck = ({ claims }, { leewaySeconds }, now) => {
  const { exp } = claims
  return isNumericDate(exp) && now < exp + leewaySeconds ? undefined : 'exp'
}

/** The token is already valid (RFC 7519 §4.1.5). */
export const checkNotBefore: ClaimCheck = ({ claims }, { leewaySeconds }, now) => {
  const { nbf } = claims
  if (nbf === undefined) return undefined
  return isNumericDate(nbf) && nbf <= now + leewaySeconds ? undefined : 'nbf'
}

/** The token does not come from the future (RFC 7519 §4.1.6 leaves this to us; issuers' clocks do fail). */
export const checkIssuedAt: ClaimCheck = ({ claims }, { leewaySeconds }, now) => {
  const { iat } = claims
  if (iat === undefined) return undefined
  return isNumericDate(iat) && iat <= now + leewaySeconds ? undefined : 'iat'
}

/** The token lives no longer, and is no older, than configured (RFC 9700 §2.2.1). */
export const checkLifetime: ClaimCheck = ({ claims }, rules, now) => {
  const { maxTokenLifetimeSeconds, maxTokenAgeSeconds, leewaySeconds } = rules
  if (maxTokenLifetimeSeconds === undefined && maxTokenAgeSeconds === undefined) return undefined
  const { iat, exp } = claims
  if (!isNumericDate(iat) || !isNumericDate(exp)) return 'lifetime'
  const livesTooLong = exp - iat > (maxTokenLifetimeSeconds ?? Infinity)
  const isTooOld = now - iat > (maxTokenAgeSeconds ?? Infinity) + leewaySeconds
  return livesTooLong || isTooOld ? 'lifetime' : undefined
}

/** A NumericDate (RFC 7519 §2) that a clock of this age can show. */
export function isNumericDate(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER
}
