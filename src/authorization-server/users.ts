import {
  formatRecord,
  isObject,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../runtime/index.ts'
import type { Storage, Write } from '../storage/index.ts'
import { accountIdOf } from './upstream/account-id.ts'
import { createUserEmails } from './user-emails.ts'

/** Somebody who has signed in, by who vouches for them. */
export interface UserRecord {
  /** The upstream's issuer identifier, or what stands in for one. */
  readonly issuer: string
  readonly subject: string
  /**
   * The upstream they signed in at; `undefined` for an embedded user, and for one whom an identity
   * assertion has brought.
   */
  readonly upstream?: string | undefined
  /** Claims that go into our tokens. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** The users that have signed in, by their account id. */
export interface UserRecords {
  find(accountId: string): Promise<UserRecord | undefined>
  /** The one account that has verified this address; `undefined` where there are several. */
  findByEmail(
    email: string,
  ): Promise<{ readonly accountId: string; readonly claims: UserRecord['claims'] } | undefined>
  /** Keeps who has just signed in. @returns The account id. */
  save(user: UserRecord): Promise<string>
  /** What keeps a user. It does NOT make them found by their address. */
  writeOf(user: UserRecord): Promise<Write>
}

export interface UserRecordOptions {
  /** How long a user is known after their last sign-in. */
  readonly ttlSeconds: number
  /** Find accounts by addresses that their sign-in has verified. @defaultValue `false` */
  readonly findsByEmail?: boolean
}

const FORMAT = 1

export function createUserRecords(
  storage: Storage,
  tenant: string | undefined,
  { ttlSeconds, findsByEmail = false }: UserRecordOptions,
): UserRecords {
  const keyOf = (accountId: string): Promise<string> => recordKey('user', tenant, accountId)
  const emails = createUserEmails(storage, tenant, ttlSeconds)
  async function find(accountId: string): Promise<UserRecord | undefined> {
    const record = await storage.get(await keyOf(accountId))
    return record && readUser(record.value)
  }
  return {
    find,
    async findByEmail(email) {
      const accountId = findsByEmail ? await emails.find(email) : undefined
      const user = accountId === undefined ? undefined : await find(accountId)
      // What it says today counts, and not what it said when the address was noted.
      const isSame = user !== undefined && verifiedEmail(user) === email.toLowerCase()
      return accountId !== undefined && isSame ? { accountId, claims: user.claims } : undefined
    },
    async save(user) {
      const accountId = accountIdOf(user)
      await storage.set(await keyOf(accountId), formatRecord(FORMAT, user), { ttlSeconds })
      const email = findsByEmail ? verifiedEmail(user) : undefined
      if (email !== undefined) await emails.note(email, accountId)
      return accountId
    },
    async writeOf(user) {
      const key = await keyOf(accountIdOf(user))
      return { kind: 'set', key, value: formatRecord(FORMAT, user), ttlSeconds }
    },
  }
}

function verifiedEmail({ claims }: UserRecord): string | undefined {
  const { email, email_verified: isVerified } = claims
  return typeof email === 'string' && isVerified === true ? email.toLowerCase() : undefined
}

function readUser(value: Uint8Array): UserRecord {
  return parseRecord(value, FORMAT, 'User', ({ issuer, subject, upstream, claims }) => {
    const isIdentity = typeof issuer === 'string' && typeof subject === 'string'
    return isIdentity && isOptionalString(upstream) && isObject(claims)
      ? { issuer, subject, upstream, claims }
      : undefined
  })
}
