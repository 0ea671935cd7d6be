import type { ClaimCheck } from './check.ts'

const MAX_AUDIENCES = 8

/** The token was issued for this resource (RFC 8707 §2, RFC 9068 §4): exact strings, no patterns. */
export const checkAudience: ClaimCheck = ({ claims }, rules) => {
  const { aud, client_id } = claims
  if (aud === undefined) {
    return rules.clientsWithoutAudience.has(client_id as string) ? undefined : 'aud'
  }
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audiences.length > MAX_AUDIENCES) return 'aud'
  if (!audiences.every((entry) => typeof entry === 'string' && entry !== '')) return 'aud'

  const isOurs = (entry: unknown): boolean => rules.audiences.has(entry as string)
  if (!audiences.some(isOurs)) return 'aud'
  const isExpected = (entry: unknown): boolean =>
    isOurs(entry) || rules.otherAudiences.has(entry as string)
  return rules.singleAudience && !audiences.every(isExpected) ? 'aud' : undefined
}
