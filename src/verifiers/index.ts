export { ASYMMETRIC_ALGORITHMS, isLongEnough, SYMMETRIC_ALGORITHMS } from './algorithms.ts'
export { checkKey } from './api-key-format.ts'
export type { IssueApiKeyOptions } from './api-key-options.ts'
export { type ApiKey, isKeyId } from './api-key-record.ts'
export { type ApiKeys, createApiKeys } from './api-keys.ts'
export { decodeCompactJws } from './compact-jws.ts'
export {
  type ProofFailureReason,
  type ProofRules,
  verifyDpopProof,
} from './dpop-proof.ts'
export { firstOf } from './first-of.ts'
export { type JwtVerifierOptions, jwtVerifier } from './issuer-verifier.ts'
export { parseJweOptions } from './jwe-options.ts'
export { createJweVerifier, jweVerifier } from './jwe-verifier.ts'
export {
  createJwtVerifier,
  type SharedSecret,
  type TrustedIssuer,
  type VerificationKeys,
} from './jwt-verifier.ts'
export { parseStrictObject } from './strict-json.ts'
export {
  accept,
  type Checked,
  refuse,
  type TokenFailure,
  type TokenFailureReason,
} from './token-failure.ts'
export { decodeTokenHeader } from './token-header.ts'
export type { TokenForm, TokenVerifier, VerifiedToken } from './token-verifier.ts'
export { createVerificationCache } from './verification-cache.ts'
