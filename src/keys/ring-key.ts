import { base64url, calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { ConfigError } from '../errors/index.ts'
import { KEY_RULES, type KeyStatus, type KeyUse, type StoredKey } from './key-use.ts'

/** A key of a ring. It can be logged: what is secret of it is only in what `reveal` returns. */
export interface RingKey {
  readonly kid: string
  readonly use: KeyUse
  readonly status: KeyStatus
  /** The algorithm of a signing or encryption key; `undefined` for the other uses. */
  readonly alg: string | undefined
  /** The public key with `kid`, `use` and `alg`; `undefined` for a symmetric key. */
  readonly publicJwk: JWK | undefined
  /** The private key for `alg`, which cannot be exported; `undefined` for a symmetric key. */
  readonly privateKey: CryptoKey | undefined
  /** The private or symmetric key itself. Never log it. */
  reveal(): JWK
}

const PUBLIC_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const
const KEY_MEMBERS = [...PUBLIC_MEMBERS, 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const
/** As long as a `kid` can be in the head of a sealed record. */
const KID = /^[\x21-\x7e]{1,255}$/
const MIN_RSA_BYTES = 256
const MIN_SECRET_BYTES = 32
const MAX_SECRET_BYTES = 64
/** Random keys of 32 bytes have some 30 different ones; passwords that were spelled in hex do not. */
const MIN_DIFFERENT_BYTES = 16

/**
 * Checks a key and gives it its `kid`: the one that it has, or else its thumbprint (RFC 7638). The
 * `kid` of a symmetric key is always the thumbprint, so that it tells one key from another; that of
 * 256 random bits says nothing about them (RFC 7638 §7).
 *
 * @param subject Names the key in errors as long as it has no `kid`.
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID`, naming the `kid`, without any of the key.
 */
export async function readRingKey(
  stored: StoredKey,
  use: KeyUse,
  status: KeyStatus,
  subject: string,
): Promise<RingKey> {
  const hasKid = typeof stored.kid === 'string' && KID.test(stored.kid)
  const name = hasKid ? `Key ${stored.kid} of the ${use} ring` : `${subject} of the ${use} ring`
  if (stored.kid !== undefined && !hasKid) throw invalid(name, 'kid')
  checkMarks(stored, use, name)
  return KEY_RULES[use].isSymmetric
    ? readSymmetric(stored, use, status, name)
    : readAsymmetric(stored, use, status, name)
}

/** Refuses what is marked for something else (RFC 7517 §4.2, §4.3, and our own member). */
function checkMarks(stored: StoredKey, use: KeyUse, name: string): void {
  const rules = KEY_RULES[use]
  if (stored.ring !== undefined && stored.ring !== use) throw invalid(name, 'ring')
  if (stored.use !== undefined && !rules.use.includes(stored.use)) throw invalid(name, 'use')
  const operations: unknown = stored.key_ops
  if (operations === undefined) return
  const fits =
    Array.isArray(operations) &&
    operations.some((operation: unknown) => rules.operations.some((known) => known === operation))
  if (!fits) throw invalid(name, 'key_ops')
}

async function readSymmetric(
  stored: StoredKey,
  use: KeyUse,
  status: KeyStatus,
  name: string,
): Promise<RingKey> {
  const { kty, k, kid: storedKid } = stored
  if (kty !== 'oct' || typeof k !== 'string') throw invalid(name, 'kty')
  const bytes = decode(k)
  if (bytes === undefined) throw invalid(name, 'not base64url')
  if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) {
    throw invalid(name, `not ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`)
  }
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) throw invalid(name, 'not random')
  // Encoded anew, since one key can be spelled in several ways, and its thumbprint is of the text.
  const jwk = { kty: 'oct', k: base64url.encode(bytes) }
  const kid = await calculateJwkThumbprint(jwk)
  if (storedKid !== undefined && storedKid !== kid) throw invalid(name, 'kid is no thumbprint')
  const reveal = (): JWK => ({ ...jwk, kid })
  return { kid, use, status, alg: undefined, publicJwk: undefined, privateKey: undefined, reveal }
}

async function readAsymmetric(
  stored: StoredKey,
  use: KeyUse,
  status: KeyStatus,
  name: string,
): Promise<RingKey> {
  const rules = KEY_RULES[use]
  const alg = stored.alg ?? defaultAlgorithm(stored, use)
  if (alg === undefined || !rules.algorithms.includes(alg)) throw invalid(name, 'alg')
  if (typeof stored.d !== 'string') throw invalid(name, 'no private key')
  const isShort = stored.kty === 'RSA' && (decode(stored.n)?.length ?? 0) < MIN_RSA_BYTES
  if (isShort) throw invalid(name, 'shorter than 2048 bits')
  const jwk = pick(stored, KEY_MEMBERS)
  try {
    // Whatever it throws may quote the key.
    const privateKey = (await importJWK(jwk, alg, { extractable: false })) as CryptoKey
    const kid = stored.kid ?? (await calculateJwkThumbprint(jwk))
    const [mark] = rules.use
    const labels = { kid, alg, ...(mark !== undefined && { use: mark }) }
    const publicJwk = { ...pick(stored, PUBLIC_MEMBERS), ...labels }
    const reveal = (): JWK => ({ ...jwk, ...labels })
    return { kid, use, status, alg, publicJwk, privateKey, reveal }
  } catch {
    throw invalid(name, `no ${alg} key`)
  }
}

function pick(key: JWK, members: readonly (keyof JWK)[]): JWK {
  const present = members.filter((member) => key[member] !== undefined)
  return Object.fromEntries(present.map((member) => [member, key[member]])) as JWK
}

function defaultAlgorithm({ kty, crv }: StoredKey, use: KeyUse): string | undefined {
  if (use === 'encryption') return kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES+A256KW'
  if (kty === 'RSA') return 'RS256'
  if (kty === 'OKP') return 'EdDSA'
  return new Map([
    ['P-256', 'ES256'],
    ['P-384', 'ES384'],
    ['P-521', 'ES512'],
  ]).get(crv ?? '')
}

function decode(text: string | undefined): Uint8Array | undefined {
  try {
    return text === undefined ? undefined : base64url.decode(text)
  } catch {
    return undefined
  }
}

function invalid(name: string, what: string): ConfigError {
  return new ConfigError('ERR_CONFIG_KEY_INVALID', `${name} (${what})`)
}
