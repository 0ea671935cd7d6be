import { createHmac } from 'node:crypto'
import { type Clock, createHashKey, type RecordKind, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** The key of a record that a credential finds: only its keyed hash (HMAC-SHA-256) is stored. */
export type KeyOf = (kind: RecordKind, credential: string) => Promise<string>

/** @param tenant The issuer: two relays share a store, and know nothing of each other. */
export function createKeyOf(storage: Storage, tenant: string, clock: Clock): KeyOf {
  const readHashKey = createHashKey(storage, tenant, clock)
  return async (kind, credential) => {
    const mac = createHmac('sha256', await readHashKey()).update(`${kind}\n${credential}`)
    return recordKey(kind, tenant, mac.digest('base64url'))
  }
}
