/**
 * Verifiers for `createResourceServer({ verifier })`.
 *
 * @module
 */
export { type JwtVerifierOptions, jwtVerifier } from './issuer-verifier.ts'
export type { JweVerifierOptions } from './jwe-options.ts'
export { jweVerifier } from './jwe-verifier.ts'
