export { isRevoked } from './is-revoked.ts'
export {
  createMemoryRevocations,
  type RevocableCaller,
  type Revocation,
  type Revocations,
  type RevokedCaller,
  type RevokedTokens,
  type TokenFacts,
} from './revocations.ts'
export { type StoredRevocationsOptions, storedRevocations } from './stored-revocations.ts'
