import { StorageError } from '../../errors/index.ts'
import { type Clock, formatRecord, recordKey, sha256 } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** What a proof is known by. */
export interface ProofIdentity {
  readonly resource: string
  readonly thumbprint: string
  readonly jti: string
}

/** Proofs that were used and could still be used again. */
export interface UsedProofs {
  /**
   * Notes that a proof is used; `false` where it was before.
   *
   * @throws {StorageError} where it cannot be noted: whoever has the proof could use it again.
   */
  use(proof: ProofIdentity): Promise<boolean>
}

/** More signatures than one process verifies in the longest window. */
const MAX_PROOFS = 500_000
const FORMAT = 1

/**
 * Remembers proofs in memory, each for so many seconds. Beyond `maxProofs` in that time requests
 * are refused: to forget one would let it be used again.
 */
export function createMemoryUsedProofs(
  clock: Clock,
  seconds: number,
  maxProofs: number = MAX_PROOFS,
): UsedProofs & { readonly size: number } {
  /** When each is forgotten. All are kept equally long, so the first is the oldest. */
  const used = new Map<string, number>()
  let lookedAt: number | undefined

  /** Once a second: a new iterator passes over all that was deleted since V8 last made room. */
  function forgetOld(now: number): void {
    if (now === lookedAt) return
    lookedAt = now
    for (const [id, until] of used) {
      if (until > now) return
      used.delete(id)
    }
  }

  return {
    async use(proof) {
      const id = await sha256(identityOf(proof))
      const now = clock.now()
      forgetOld(now)
      if (used.has(id)) return false
      if (used.size >= maxProofs) {
        throw new StorageError('ERR_STORAGE_WRITE', 'Used DPoP proofs', { retryable: true })
      }
      used.set(id, now + seconds)
      return true
    },
    get size() {
      return used.size
    },
  }
}

/** Remembers proofs in a store, for all processes that share it. */
export function createStoredUsedProofs(storage: Storage, ttlSeconds: number): UsedProofs {
  return {
    async use(proof) {
      const key = await recordKey('dpop-proof', undefined, identityOf(proof))
      return storage.set(key, formatRecord(FORMAT, {}), { ifAbsent: true, ttlSeconds })
    },
  }
}

function identityOf({ resource, thumbprint, jti }: ProofIdentity): string {
  return JSON.stringify([resource, thumbprint, jti])
}
