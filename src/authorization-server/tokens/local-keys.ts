import { importJWK } from 'jose'
import type { KeyRing, RingKey } from '../../keys/index.ts'
import type { VerificationKeys } from '../../verifiers/index.ts'

/** The public keys of a ring, for a verifier of the same process. */
export function createLocalKeys(ring: KeyRing): VerificationKeys {
  const imported = new WeakMap<RingKey, Promise<CryptoKey>>()

  function importKey(ringKey: RingKey, alg: string): Promise<CryptoKey> {
    const known = imported.get(ringKey)
    if (known !== undefined) return known
    const key = importJWK({ ...ringKey.publicJwk }, alg) as Promise<CryptoKey>
    imported.set(ringKey, key)
    return key
  }

  return {
    // The ring looks at its source by itself; there is no set that could be out of date.
    keysVersion: 1,
    areKeysFresh: () => true,
    async selectKey({ alg, kid }) {
      const ringKey = kid === undefined ? undefined : await ring.find(kid)
      if (ringKey === undefined) return { kind: 'unknown', version: 1 }
      if (ringKey.alg !== alg) return { kind: 'unfit', version: 1 }
      return { kind: 'key', key: await importKey(ringKey, alg), version: 1 }
    },
  }
}
