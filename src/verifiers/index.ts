export { ASYMMETRIC_ALGORITHMS, isLongEnough, SYMMETRIC_ALGORITHMS } from './algorithms.ts'
export {
  type ProofFailureReason,
  type ProofRules,
  verifyDpopProof,
} from './dpop-proof.ts'
export {
  createJwtVerifier,
  type SharedSecret,
  type TrustedIssuer,
  type VerificationKeys,
} from './jwt-verifier.ts'
export {
  accept,
  type Checked,
  refuse,
  type TokenFailure,
  type TokenFailureReason,
} from './token-failure.ts'
export type { TokenVerifier, VerifiedToken } from './token-verifier.ts'
export { createVerificationCache } from './verification-cache.ts'
