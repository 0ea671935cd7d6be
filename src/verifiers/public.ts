/**
 * Verifiers for `createResourceServer({ verifier })`.
 *
 * @module
 */
export type { ApiKeysOptions, IssueApiKeyOptions } from './api-key-options.ts'
export type { ApiKey } from './api-key-record.ts'
export { apiKeyVerifier } from './api-key-verifier.ts'
export { type ApiKeys, createApiKeys, type IssuedApiKey } from './api-keys.ts'
export { firstOf } from './first-of.ts'
export { type JwtVerifierOptions, jwtVerifier } from './issuer-verifier.ts'
export type { JweVerifierOptions } from './jwe-options.ts'
export { jweVerifier } from './jwe-verifier.ts'
