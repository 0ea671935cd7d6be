import { createRemoteAuthorizationServer } from '../../discovery/index.ts'
import {
  ASYMMETRIC_ALGORITHMS,
  createJweVerifier,
  createJwtVerifier,
  parseJweOptions,
  type TokenVerifier,
  type TrustedIssuer,
} from '../../verifiers/index.ts'
import type { AssertionIssuerOptions, IdentityAssertionOptions } from './options.ts'
import type { AssertionSurroundings } from './parse-options.ts'

/** `typ` of an identity assertion: no token of another kind passes for one (RFC 8725 §3.11). */
export const ASSERTION_TYPE = 'oauth-id-jag+jwt'

const TYPES: ReadonlySet<string | undefined> = new Set([ASSERTION_TYPE])
/** What may be in an encrypted one (RFC 7519 §5.2). */
const CONTENT_TYPES: ReadonlySet<unknown> = new Set([undefined, 'jwt', ASSERTION_TYPE])
const JWE_SEGMENTS = 5

/**
 * Creates what says whether an assertion is authentic: signed with a key that its issuer publishes,
 * and encrypted for one of ours or not at all.
 */
export function createAssertionVerifier(
  { issuers, encryptionKeys, fetch, maxLifetimeSeconds = 600 }: IdentityAssertionOptions,
  surroundings: AssertionSurroundings,
): TokenVerifier {
  const trusted = issuers.map((issuer) => trust(issuer, fetch, surroundings))
  const signed = createJwtVerifier(trusted, TYPES)
  if (encryptionKeys === undefined) return signed
  const { clock } = surroundings
  const encrypted = createJweVerifier(
    parseJweOptions({ keys: encryptionKeys, nested: signed, maxLifetimeSeconds, clock }),
    CONTENT_TYPES,
  )
  return {
    verify: (assertion) =>
      (assertion.split('.').length === JWE_SEGMENTS ? encrypted : signed).verify(assertion),
  }
}

function trust(
  { issuer, metadataUrl, jwksUri, algorithms = ASYMMETRIC_ALGORITHMS }: AssertionIssuerOptions,
  fetch: IdentityAssertionOptions['fetch'],
  { allowInsecureLoopback, clock, emit }: AssertionSurroundings,
): TrustedIssuer {
  const keys = createRemoteAuthorizationServer({
    issuer,
    metadataUrl,
    metadata: undefined,
    transformMetadata: undefined,
    jwksUri,
    allowInsecureLoopback,
    fetch: { fetch },
    clock,
    emit,
  })
  return {
    issuer,
    keys,
    algorithms: new Set(algorithms),
    requireAtJwt: false,
    allowKeyTrial: false,
  }
}
