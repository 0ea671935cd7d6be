/**
 * Verifiers for `createResourceServer({ verifier })`.
 *
 * @module
 */

export type { ApiKeysOptions, CreateApiKeysOptions, IssueApiKeyOptions } from './api-key-options.ts'
export type { ApiKey } from './api-key-record.ts'
export { apiKeyVerifier } from './api-key-verifier.ts'
export { type ApiKeys, createApiKeys, type IssuedApiKey } from './api-keys.ts'
export { type AssertionVerifierOptions, assertionVerifier } from './assertion-verifier.ts'
export { customVerifier, type VerifyToken } from './custom-verifier.ts'
export { firstOf } from './first-of.ts'
export { type JwtVerifierOptions, jwtVerifier } from './issuer-verifier.ts'
export type { JweVerifierOptions } from './jwe-options.ts'
export { jweVerifier } from './jwe-verifier.ts'
export type { IntrospectionVerifierOptions } from './remote/introspection-options.ts'
export { introspectionVerifier } from './remote/introspection-verifier.ts'
export type {
  GenericUserinfoOptions,
  GithubUserinfoOptions,
  GoogleUserinfoOptions,
  UserinfoVerifierOptions,
} from './remote/userinfo-options.ts'
export { userinfoVerifier } from './remote/userinfo-verifier.ts'
