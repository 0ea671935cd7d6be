import { createRemoteAuthorizationServer } from '../discovery/index.ts'
import { ConfigError, type ErrorCode } from '../errors/index.ts'
import type { Fetch } from '../http/index.ts'
import { isSecureUrl, parseIssuerIdentifier } from '../oauth/index.ts'
import { type AuditSink, createEmitter } from '../observability/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { ASYMMETRIC_ALGORITHMS } from './algorithms.ts'
import { createJwtVerifier } from './jwt-verifier.ts'
import type { TokenVerifier } from './token-verifier.ts'

/** Options of {@link jwtVerifier}; they mean what they mean for the resource server. */
export interface JwtVerifierOptions {
  /** Issuer identifier, exactly as it stands in the tokens. */
  readonly issuer: string
  /** URL of the JSON Web Key Set. @defaultValue `jwks_uri` of the issuer's metadata */
  readonly jwksUri?: string
  /** @defaultValue all asymmetric ones */
  readonly algorithms?: readonly string[]
  /** Refuse tokens whose header does not say `at+jwt` (RFC 9068 §2.1). @defaultValue false */
  readonly requireAtJwt?: boolean
  /** Allow http on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
  /** @defaultValue the platform's */
  readonly fetch?: Fetch
  /** Told of keys that cannot be read. @defaultValue nobody */
  readonly onEvent?: AuditSink
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock
}

const OPTIONS: readonly string[] = [
  'issuer',
  'jwksUri',
  'algorithms',
  'requireAtJwt',
  'allowInsecureLoopback',
  'fetch',
  'onEvent',
  'clock',
] satisfies (keyof JwtVerifierOptions)[]

/**
 * Creates the verifier for signed access tokens of one issuer, as the resource server has it built
 * in: for verifiers that need one inside, such as {@link jweVerifier}. Its keys are read when the
 * first token arrives.
 *
 * `purgeKeys` and `warmUp` of the resource server reach it, also within {@link jweVerifier}.
 *
 * @throws {ConfigError} `ERR_CONFIG_ISSUER_INVALID`, `ERR_CONFIG_NOT_HTTPS`,
 *   `ERR_CONFIG_ALGORITHM_UNSUPPORTED`, `ERR_CONFIG_OPTION_UNKNOWN`
 */
export function jwtVerifier(options: JwtVerifierOptions): TokenVerifier {
  requireKnownOptions(options, OPTIONS, 'jwtVerifier')
  const { issuer, jwksUri, algorithms = ASYMMETRIC_ALGORITHMS, clock = systemClock } = options
  const { allowInsecureLoopback = false, requireAtJwt = false } = options
  const url = typeof issuer === 'string' ? parseIssuerIdentifier(issuer) : undefined
  if (url === undefined) throw invalid('ERR_CONFIG_ISSUER_INVALID', 'issuer')
  if (!isSecureUrl(url, allowInsecureLoopback)) throw invalid('ERR_CONFIG_NOT_HTTPS', 'issuer')
  if (jwksUri !== undefined && !isSecure(jwksUri, allowInsecureLoopback)) {
    throw invalid('ERR_CONFIG_NOT_HTTPS', 'jwksUri')
  }
  // An `undefined` that is written stands for a variable that is not set, and must not allow all.
  const isUnset = 'algorithms' in options && options.algorithms === undefined
  if (isUnset || !areUsable(algorithms)) {
    throw invalid('ERR_CONFIG_ALGORITHM_UNSUPPORTED', 'algorithms')
  }
  const keys = createRemoteAuthorizationServer({
    issuer,
    metadata: undefined,
    metadataUrl: undefined,
    transformMetadata: undefined,
    jwksUri,
    allowInsecureLoopback,
    fetch: { fetch: options.fetch },
    clock,
    emit: createEmitter(options.onEvent),
  })
  const trusted = { issuer, keys, algorithms: new Set(algorithms), requireAtJwt }
  return createJwtVerifier([{ ...trusted, allowKeyTrial: false }])
}

function areUsable(algorithms: readonly string[]): boolean {
  if (!Array.isArray(algorithms) || algorithms.length === 0) return false
  return algorithms.every((algorithm) => ASYMMETRIC_ALGORITHMS.includes(algorithm))
}

function isSecure(url: string, allowInsecureLoopback: boolean): boolean {
  return URL.canParse(url) && isSecureUrl(new URL(url), allowInsecureLoopback)
}

function invalid(code: ErrorCode, option: string): ConfigError {
  return new ConfigError(code, `jwtVerifier: ${option}`)
}
