import { CompactEncrypt, importJWK, type JWK, SignJWT } from 'jose'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { KEY_RULES } from './key-use.ts'

/** Options of {@link encryptToken}. */
export interface EncryptTokenOptions {
  /**
   * The recipient's public key with `kid` and `alg`, as its key set has it: the first one with
   * `use` `enc` is the current one.
   */
  readonly encryptionKey: JWK
  /** The issuer's private key with `kid` and `alg`, such as what `reveal` of a ring's key returns. */
  readonly signingKey: JWK
  /** From `iat` to `exp`, 1 to 86,400. @defaultValue 300 */
  readonly lifetimeSeconds?: number
  /** @defaultValue the system's clock */
  readonly clock?: Clock
}

const KEYS = {
  encryptionKey: { isPrivate: false, algorithms: ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A256KW'] },
  signingKey: { isPrivate: true, algorithms: KEY_RULES.signing.algorithms },
} as const
const MAX_LIFETIME_SECONDS = 86_400
const OPTIONS: readonly string[] = [
  'encryptionKey',
  'signingKey',
  'lifetimeSeconds',
  'clock',
] satisfies (keyof EncryptTokenOptions)[]

/**
 * Issues an encrypted access token: the claims signed by the issuer (`at+jwt`, RFC 9068), and that
 * encrypted for one resource server, so that nobody between can read them (RFC 7519 §5.2).
 *
 * Give at least `iss`, `aud` and `sub`, or `client_id`; `iat`, `exp` and `jti` are set where they
 * are not given. A member that is `undefined` is left out. It does NOT check the claims.
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID`, where a key is private instead of public or the
 *   other way round, has no `kid`, or has another algorithm; `ERR_CONFIG_NUMBER_RANGE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 *
 * @see [RFC 7516](https://www.rfc-editor.org/rfc/rfc7516.html)
 */
export async function encryptToken(
  claims: Readonly<Record<string, unknown>>,
  options: EncryptTokenOptions,
): Promise<string> {
  requireKnownOptions(options, OPTIONS, 'encryptToken')
  const { encryptionKey, signingKey, lifetimeSeconds = 300, clock = systemClock } = options
  if (!(lifetimeSeconds >= 1 && lifetimeSeconds <= MAX_LIFETIME_SECONDS)) {
    const range = `lifetimeSeconds (1 to ${MAX_LIFETIME_SECONDS})`
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', range)
  }
  const recipient = await readKey(encryptionKey, 'encryptionKey')
  const issuer = await readKey(signingKey, 'signingKey')
  const iat = clock.now()
  const all = { iat, exp: iat + lifetimeSeconds, jti: crypto.randomUUID(), ...claims }
  const signed = await new SignJWT(all)
    .setProtectedHeader({ alg: issuer.alg, kid: issuer.kid, typ: 'at+jwt' })
    .sign(issuer.key)
  return new CompactEncrypt(new TextEncoder().encode(signed))
    .setProtectedHeader({ alg: recipient.alg, enc: 'A256GCM', kid: recipient.kid, cty: 'JWT' })
    .encrypt(recipient.key)
}

async function readKey(
  jwk: JWK,
  name: keyof typeof KEYS,
): Promise<{ readonly key: CryptoKey; readonly alg: string; readonly kid: string }> {
  const { isPrivate, algorithms } = KEYS[name]
  const { alg, kid, d } = jwk
  if (typeof kid !== 'string') throw invalid(name, 'without kid')
  if (!algorithms.some((known) => known === alg) || alg === undefined) throw invalid(name, 'alg')
  if ((d !== undefined) !== isPrivate) throw invalid(name, isPrivate ? 'public' : 'private')
  try {
    return { key: (await importJWK({ ...jwk }, alg)) as CryptoKey, alg, kid }
  } catch {
    // Whatever it throws may quote the key.
    throw invalid(name, `no ${alg} key`)
  }
}

function invalid(name: string, what: string): ConfigError {
  return new ConfigError('ERR_CONFIG_KEY_INVALID', `encryptToken: ${name} (${what})`)
}
