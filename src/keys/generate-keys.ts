import {
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairAlgorithm,
  generateKeyPair,
  generateSecret,
} from 'jose'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import { KEY_RULES, type KeyStatus, type KeyUse, type StoredKey } from './key-use.ts'

/** The algorithms that new keys can have. Rings accept more, for keys from elsewhere. */
export type NewKeyAlgorithm = 'ES256' | 'RS256' | 'EdDSA' | 'RSA-OAEP-256' | 'ECDH-ES+A256KW'

export interface GenerateKeyOptions {
  readonly use: KeyUse
  /**
   * `ES256`, `RS256` (3,072 bits) or `EdDSA` to sign; `RSA-OAEP-256` (3,072 bits) or
   * `ECDH-ES+A256KW` (P-256) to encrypt; none for the other uses, whose keys are 256 random bits.
   *
   * @defaultValue `ES256` and `RSA-OAEP-256`
   */
  readonly alg?: NewKeyAlgorithm | undefined
  /** @defaultValue `current` */
  readonly status?: KeyStatus | undefined
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

/** The algorithms that new keys of a use can have, the default first; none for symmetric keys. */
export const NEW_KEY_ALGORITHMS: Readonly<Record<KeyUse, readonly NewKeyAlgorithm[]>> = {
  signing: ['ES256', 'RS256', 'EdDSA'],
  encryption: ['RSA-OAEP-256', 'ECDH-ES+A256KW'],
  storage: [],
  cookies: [],
  state: [],
}
const RSA_BITS = 3_072
const OPTIONS: readonly string[] = [
  'use',
  'alg',
  'status',
  'clock',
] satisfies (keyof GenerateKeyOptions)[]

/** Whether a new key can have this algorithm. */
export function isNewKeyAlgorithm(alg: string | undefined): alg is NewKeyAlgorithm {
  return Object.values(NEW_KEY_ALGORITHMS).some((algorithms) =>
    algorithms.some((known) => known === alg),
  )
}

/**
 * Makes a private key for a key file, with its thumbprint as `kid` (RFC 7638). It is NOT written
 * anywhere.
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID`, where the use has no such algorithm;
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 */
export async function generateKey(options: GenerateKeyOptions): Promise<StoredKey> {
  requireKnownOptions(options, OPTIONS, 'generateKey')
  const { use, status = 'current', clock = systemClock } = options
  const algorithms = NEW_KEY_ALGORITHMS[use]
  const alg = options.alg ?? algorithms[0]
  if (alg !== undefined && !algorithms.includes(alg)) {
    throw new ConfigError('ERR_CONFIG_KEY_INVALID', `${alg} for the ${use} ring`)
  }
  const jwk = await exportJWK(alg === undefined ? await makeSecret() : await makePrivateKey(alg))
  const [mark] = KEY_RULES[use].use
  return {
    ...jwk,
    kid: await calculateJwkThumbprint(jwk),
    ...(mark !== undefined && { use: mark }),
    ...(alg !== undefined && { alg }),
    ring: use,
    status,
    iat: clock.now(),
  }
}

async function makePrivateKey(alg: GenerateKeyPairAlgorithm): Promise<CryptoKey> {
  const size = alg.startsWith('RS') ? { modulusLength: RSA_BITS } : {}
  return (await generateKeyPair(alg, { extractable: true, ...size })).privateKey
}

/** 256 random bits; the algorithm is that of the platform's generator, and is not kept. */
async function makeSecret(): Promise<CryptoKey | Uint8Array> {
  return generateSecret('A256GCM', { extractable: true })
}
