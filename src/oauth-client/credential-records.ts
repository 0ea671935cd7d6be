import type { Storage } from '../storage/index.ts'
import type { CredentialFormat, StoredCredential, TokenCredential } from './token-credential.ts'

/** Credentials of one kind in a store. */
export interface CredentialRecords<Held extends TokenCredential> {
  /** @throws {StorageError} */
  read(key: string): Promise<StoredCredential<Held> | undefined>
  /** Writes where nobody else has written since. @returns Whether it was written. */
  swap(key: string, before: StoredCredential<Held>, credential: Held): Promise<boolean>
}

export function createCredentialRecords<Held extends TokenCredential>(
  storage: Storage,
  { parse, format }: CredentialFormat<Held>,
): CredentialRecords<Held> {
  return {
    async read(key) {
      const record = await storage.get(key)
      if (record === undefined) return undefined
      return { credential: parse(record.value), version: record.version }
    },
    swap(key, { version }, credential) {
      const { value, options } = format(credential)
      return storage.compareAndSwap(key, version, value, options)
    },
  }
}
