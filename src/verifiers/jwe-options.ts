import { ConfigError, type ErrorCode } from '../errors/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { parseIssuerIdentifier } from '../oauth/index.ts'
import { type AuditSink, createEmitter } from '../observability/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { type ReadContent, readSigned, readUnsigned } from './jwe-content.ts'
import type { TokenVerifier } from './token-verifier.ts'

interface SharedOptions {
  /** The ring for `encryption`: its keys decrypt, also those that were current before. */
  readonly keys: KeyRing
  /**
   * Accept RSA-OAEP, which hashes with SHA-1, for keys of the ring whose `alg` it is. For senders
   * that cannot do better. @defaultValue false
   */
  readonly allowLegacyRsaOaep?: boolean
  /** Longest accepted `exp − iat`, 1 to 31,536,000 seconds; both claims are needed. @defaultValue 86400 */
  readonly maxLifetimeSeconds?: number
  /**
   * Where the token has an object `data`, add its members to the claims. What stands outside of it
   * counts, and `iss`, `aud`, `exp`, `nbf`, `iat`, `jti` and `cnf` are never read from it.
   * @defaultValue false
   */
  readonly unwrapData?: boolean
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock
}

interface SignedContentOptions {
  /** Verifies the signed token inside, such as what `jwtVerifier` returns. */
  readonly nested: TokenVerifier
  readonly allowUnsignedJwe?: false
}

interface UnsignedContentOptions {
  /**
   * Accept claims that nobody has signed: whoever has the public key can be anybody. Only for a
   * sender that cannot sign yet, and warns.
   */
  readonly allowUnsignedJwe: true
  /** The issuer that such tokens count as being from. */
  readonly issuer: string
  /**
   * States that the public key is a secret between the sender and this server: from now on the
   * ring refuses to give its public keys out, to `publishedKeys` and `buildJwksAnswer` too.
   */
  readonly publishesKey: false
  /** Receives the warning. @defaultValue warnings go to the console */
  readonly onEvent?: AuditSink
}

/** Options of {@link jweVerifier}. */
export type JweVerifierOptions = SharedOptions & (SignedContentOptions | UnsignedContentOptions)

/** The options, checked and completed. */
export interface JweSettings {
  readonly keys: KeyRing
  readonly algorithms: ReadonlySet<string>
  readonly maxLifetimeSeconds: number
  readonly unwrapData: boolean
  readonly clock: Clock
  readonly readContent: ReadContent
  readonly nested: TokenVerifier | undefined
}

const ALGORITHMS = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW']
const ONE_DAY_SECONDS = 86_400
const ONE_YEAR_SECONDS = 31_536_000
const SHARED_NAMES: readonly string[] = [
  'keys',
  'allowLegacyRsaOaep',
  'maxLifetimeSeconds',
  'unwrapData',
  'clock',
  'allowUnsignedJwe',
] satisfies (keyof SharedOptions | 'allowUnsignedJwe')[]
const SIGNED_NAMES: readonly string[] = ['nested'] satisfies (keyof SignedContentOptions)[]
const UNSIGNED_NAMES: readonly string[] = [
  'issuer',
  'publishesKey',
  'onEvent',
] satisfies (keyof UnsignedContentOptions)[]
const WARNING =
  'jweVerifier accepts tokens that nobody has signed (allowUnsignedJwe): whoever gets the public key can be anybody (RFC 7519 §11.2).'

/** @throws {ConfigError} for the first mistake found */
export function parseJweOptions(options: JweVerifierOptions): JweSettings {
  const { keys, maxLifetimeSeconds = ONE_DAY_SECONDS, clock = systemClock } = options
  if (keys?.use !== 'encryption') {
    throw invalid('ERR_CONFIG_OPTION_TYPE', 'keys (a key ring for encryption)')
  }
  const isInRange = maxLifetimeSeconds >= 1 && maxLifetimeSeconds <= ONE_YEAR_SECONDS
  if (!isInRange) {
    throw invalid('ERR_CONFIG_NUMBER_RANGE', `maxLifetimeSeconds (1 to ${ONE_YEAR_SECONDS})`)
  }
  const isUnsigned = options.allowUnsignedJwe === true
  const readContent = parseContent(options)
  if (isUnsigned) keys.withhold()
  const legacy = options.allowLegacyRsaOaep === true ? ['RSA-OAEP'] : []
  return {
    keys,
    algorithms: new Set([...ALGORITHMS, ...legacy]),
    maxLifetimeSeconds,
    unwrapData: options.unwrapData === true,
    clock,
    readContent,
    nested: isUnsigned ? undefined : options.nested,
  }
}

function parseContent(options: JweVerifierOptions): ReadContent {
  const isUnsigned = options.allowUnsignedJwe === true
  requireKnownNames(options, isUnsigned)
  if (!isUnsigned) {
    if (typeof options.nested?.verify === 'function') return readSigned(options.nested)
    throw invalid('ERR_CONFIG_OPTION_TYPE', 'nested (an object with verify(token))')
  }
  const { issuer, onEvent, clock = systemClock } = options
  // Not stating it is no statement: the key may be in a document that somebody else mounts.
  const publishesKey: unknown = options.publishesKey
  if (publishesKey !== false) {
    throw invalid('ERR_CONFIG_OPTIONS_CONFLICT', 'allowUnsignedJwe (needs publishesKey: false)')
  }
  if (typeof issuer !== 'string' || parseIssuerIdentifier(issuer) === undefined) {
    throw invalid('ERR_CONFIG_ISSUER_INVALID', 'issuer')
  }
  createEmitter(onEvent)({ type: 'config.warning', at: clock.now(), message: WARNING })
  return readUnsigned(issuer)
}

function requireKnownNames(options: object, isUnsigned: boolean): void {
  const others = isUnsigned ? SIGNED_NAMES : UNSIGNED_NAMES
  const known = isUnsigned ? UNSIGNED_NAMES : SIGNED_NAMES
  for (const name of Object.keys(options)) {
    if (others.includes(name)) {
      throw invalid('ERR_CONFIG_OPTIONS_CONFLICT', `${name} and allowUnsignedJwe: ${isUnsigned}`)
    }
    if (!SHARED_NAMES.includes(name) && !known.includes(name)) {
      throw invalid('ERR_CONFIG_OPTION_UNKNOWN', name)
    }
  }
}

function invalid(code: ErrorCode, option: string): ConfigError {
  return new ConfigError(code, `jweVerifier: ${option}`)
}
