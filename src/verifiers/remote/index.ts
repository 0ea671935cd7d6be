export type { IntrospectionVerifierOptions } from './introspection-options.ts'
export { introspectionVerifier } from './introspection-verifier.ts'
export { userinfoVerifier } from './userinfo-verifier.ts'
