import {
  formatRecord,
  isObject,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { accountIdOf } from './upstream/account-id.ts'

/** Somebody who has signed in, by who vouches for them. */
export interface UserRecord {
  /** The upstream's issuer identifier, or what stands in for one. */
  readonly issuer: string
  readonly subject: string
  /** The upstream they signed in at; `undefined` for an embedded user. */
  readonly upstream?: string | undefined
  /** Claims that go into our tokens. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The users that have signed in, by their account id. */
export interface UserRecords {
  find(accountId: string): Promise<UserRecord | undefined>
  /** Keeps who has just signed in. @returns The account id. */
  save(user: UserRecord): Promise<string>
}

const FORMAT = 1

/** @param ttlSeconds How long a user is known after their last sign-in. */
export function createUserRecords(
  storage: Storage,
  tenant: string | undefined,
  ttlSeconds: number,
): UserRecords {
  const keyOf = (accountId: string): Promise<string> => recordKey('user', tenant, accountId)
  return {
    async find(accountId) {
      const record = await storage.get(await keyOf(accountId))
      return record && readUser(record.value)
    },
    async save(user) {
      const accountId = accountIdOf(user)
      await storage.set(await keyOf(accountId), formatRecord(FORMAT, user), { ttlSeconds })
      return accountId
    },
  }
}

function readUser(value: Uint8Array): UserRecord {
  return parseRecord(value, FORMAT, 'User', ({ issuer, subject, upstream, claims }) => {
    const isIdentity = typeof issuer === 'string' && typeof subject === 'string'
    return isIdentity && isOptionalString(upstream) && isObject(claims)
      ? { issuer, subject, upstream, claims }
      : undefined
  })
}
