import { createHash } from 'node:crypto'
import { StorageError } from '../errors/index.ts'
import { recordKey } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'

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
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * The `sub` of our tokens: the SHA-256 of the upstream's issuer and subject, which alone identify a
 * user (OpenID Connect §5.7), in base64url.
 */
export function accountIdOf({ issuer, subject }: Pick<UserRecord, 'issuer' | 'subject'>): string {
  return createHash('sha256').update(`${issuer}\n${subject}`).digest('base64url')
}

/** @param ttlSeconds How long a user is known after their last sign-in. */
export function createUserRecords(storage: Storage, ttlSeconds: number): UserRecords {
  return {
    async find(accountId) {
      const record = await storage.get(await keyOf(accountId))
      return record && readUser(record.value)
    },
    async save(user) {
      const accountId = accountIdOf(user)
      const value = encoder.encode(JSON.stringify({ version: FORMAT, ...user }))
      await storage.set(await keyOf(accountId), value, { ttlSeconds })
      return accountId
    },
  }
}

function keyOf(accountId: string): Promise<string> {
  return recordKey('user', undefined, accountId)
}

function readUser(value: Uint8Array): UserRecord {
  const { version, ...user } = JSON.parse(decoder.decode(value)) as UserRecord & { version: number }
  if (version === FORMAT) return user
  throw new StorageError('ERR_STORAGE_TAMPERED', 'User', { retryable: false })
}
