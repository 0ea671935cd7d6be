import { StorageError } from '../errors/index.ts'
import { formatRecord, isStringList, parseRecord, recordKey } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'

/** Which accounts have verified an e-mail address, which is in lower case. */
export interface UserEmails {
  /** `undefined` where it is none, or where nobody can say which of several. */
  find(email: string): Promise<string | undefined>
  note(email: string, accountId: string): Promise<void>
}

const FORMAT = 1
const MAX_TRIES = 10

export function createUserEmails(
  storage: Storage,
  tenant: string | undefined,
  ttlSeconds: number,
): UserEmails {
  const keyOf = (email: string): Promise<string> => recordKey('user-email', tenant, email)
  return {
    async find(email) {
      const record = await storage.get(await keyOf(email.toLowerCase()))
      const [first, second] = record === undefined ? [] : readAccounts(record.value)
      return second === undefined ? first : undefined
    },
    async note(email, accountId) {
      const key = await keyOf(email)
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const before = await storage.get(key)
        const known = before === undefined ? [] : readAccounts(before.value)
        // Two are as many as it takes to be ambiguous.
        const accounts = [...new Set([...known, accountId])].slice(0, 2)
        const value = formatRecord(FORMAT, { accounts })
        const isDone =
          before === undefined
            ? await storage.set(key, value, { ttlSeconds, ifAbsent: true })
            : await storage.compareAndSwap(key, before.version, value, { ttlSeconds })
        if (isDone) return
      }
      throw new StorageError('ERR_STORAGE_WRITE', 'E-mail address of a user', { retryable: true })
    },
  }
}

function readAccounts(value: Uint8Array): readonly string[] {
  return parseRecord(value, FORMAT, 'E-mail address of a user', ({ accounts }) =>
    isStringList(accounts) ? accounts : undefined,
  )
}
