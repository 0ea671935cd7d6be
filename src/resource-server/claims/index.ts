export type { ClaimRules } from './check.ts'
export { checkClaims } from './check-claims.ts'
