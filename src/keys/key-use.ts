import type { JWK } from 'jose'

/** What the keys of a ring are for. A key is never used for anything else. */
export type KeyUse = 'signing' | 'encryption' | 'storage' | 'cookies' | 'state'

/**
 * `current`, the key that is used; `next`, one that is published and accepted, and will be used
 * after the next rotation; `previous`, one that is accepted, and no longer used.
 */
export type KeyStatus = 'current' | 'next' | 'previous'

/**
 * A private or symmetric key as it stands in a key file: a JSON Web Key (RFC 7517) with `use`,
 * `alg`, `kid` and these members of our own, which are never published.
 */
export interface StoredKey extends JWK {
  /** The ring that the key belongs to. @defaultValue the ring that it is read for */
  ring?: KeyUse
  /**
   * @defaultValue `previous`; where no key of the file has a status, `current` for the first
   */
  status?: KeyStatus
  /** When it was made, in seconds since the epoch. */
  iat?: number
  /** When a previous key ceased to be current, in seconds since the epoch. */
  retired_at?: number
}

/** A key file: a JSON Web Key Set (RFC 7517 §5) with private keys. */
export interface StoredKeys {
  readonly keys: readonly StoredKey[]
}

/** What a key must be, and how it may be marked, to be in a ring. */
export interface KeyRules {
  readonly isSymmetric: boolean
  /** Accepted values of `use` (RFC 7517 §4.2); new keys have the first. */
  readonly use: readonly string[]
  /** Values of `key_ops` (RFC 7517 §4.3), one of which must be there where the member is. */
  readonly operations: readonly string[]
  /** Accepted values of `alg` (RFC 7518); empty where the format of the data decides. */
  readonly algorithms: readonly string[]
}

const KEY_AGREEMENT = ['deriveKey', 'deriveBits']
const AUTHENTICATION = ['sign', 'verify']
const ENCRYPTION = ['encrypt', 'decrypt']

export const KEY_RULES: Readonly<Record<KeyUse, KeyRules>> = {
  signing: {
    isSymmetric: false,
    use: ['sig'],
    operations: ['sign'],
    algorithms: [
      'ES256',
      'ES384',
      'ES512',
      'EdDSA',
      'Ed25519',
      'RS256',
      'RS384',
      'RS512',
      'PS256',
      'PS384',
      'PS512',
    ],
  },
  encryption: {
    isSymmetric: false,
    use: ['enc'],
    operations: ['decrypt', 'unwrapKey', ...KEY_AGREEMENT],
    algorithms: ['RSA-OAEP-256', 'RSA-OAEP', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'],
  },
  storage: symmetric(['enc'], [...ENCRYPTION, ...KEY_AGREEMENT]),
  cookies: symmetric(['sig', 'enc'], [...AUTHENTICATION, ...ENCRYPTION, ...KEY_AGREEMENT]),
  state: symmetric(['enc'], [...ENCRYPTION, ...KEY_AGREEMENT]),
}

function symmetric(use: readonly string[], operations: readonly string[]): KeyRules {
  return { isSymmetric: true, use, operations, algorithms: [] }
}
