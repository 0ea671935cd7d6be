export type { ClaimRules } from './check.ts'
export { checkClaims, checkTime } from './check-claims.ts'
export { boundThumbprint } from './key-binding.ts'
export { missingClaims } from './required-claims.ts'
