import { hash, randomBytes } from 'node:crypto'
import { formatRecord, isOptionalString, parseRecord, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A sign-in to pages of this process, such as those of connections; no client is part of it. */
export interface FirstPartySignIn {
  /** Where the user goes on: a callback of those pages. */
  readonly redirectUri: string
  readonly state: string
  /** Ask again, whoever is signed in. */
  readonly isForced: boolean
  /** Of the one browser that may go through it, once it has come. */
  readonly browserHash?: string | undefined
}

/** What a code is good for: it tells these pages who has signed in. */
interface SignedIn {
  readonly accountId: string
  readonly redirectUri: string
  readonly state: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** The sign-ins to pages of this process that are under way. */
export interface FirstPartySignIns {
  begin(signIn: FirstPartySignIn): Promise<string>
  find(uid: string): Promise<FirstPartySignIn | undefined>
  /** Binds a sign-in to the browser with this secret. @returns Whether it was the first to ask. */
  claim(uid: string, secret: string): Promise<boolean>
  /** Ends it with a code for who has signed in; of several callers one gets it. */
  finish(uid: string, accountId: string, at: number): Promise<string | undefined>
  /** Ends it without. */
  take(uid: string): Promise<FirstPartySignIn | undefined>
  redeem(code: string): Promise<SignedIn | undefined>
}

const FORMAT = 1
const CODE_SECONDS = 60
const PREFIX = 'first-party.'

/** Whether an interaction is one of these; those of `oidc-provider` have no full stop. */
export function isFirstParty(uid: string): boolean {
  return uid.startsWith(PREFIX)
}

/** Stands where the hash of what a client says about itself would: forms are bound to it. */
export function documentHashOf(uid: string): string {
  return uid.slice(PREFIX.length)
}

export function isBrowserOf(
  { browserHash }: FirstPartySignIn,
  secrets: readonly string[],
): boolean {
  return secrets.some((secret) => sha256(secret) === browserHash)
}

export function createFirstPartySignIns(
  storage: Storage,
  tenant: string,
  ttlSeconds: number,
): FirstPartySignIns {
  const keyOf = (name: string): Promise<string> => recordKey('first-party-sign-in', tenant, name)
  return {
    async begin(signIn) {
      const uid = PREFIX + randomBytes(32).toString('base64url')
      await storage.set(await keyOf(uid), formatRecord(FORMAT, signIn), { ttlSeconds })
      return uid
    },
    async find(uid) {
      const record = await storage.get(await keyOf(uid))
      return record && readSignIn(record.value)
    },
    async claim(uid, secret) {
      const key = await keyOf(uid)
      const record = await storage.get(key)
      const signIn = record && readSignIn(record.value)
      if (record === undefined || signIn?.browserHash !== undefined) return false
      const value = formatRecord(FORMAT, { ...signIn, browserHash: sha256(secret) })
      return storage.compareAndSwap(key, record.version, value, { ttlSeconds })
    },
    async finish(uid, accountId, at) {
      const record = await storage.take(await keyOf(uid))
      if (record === undefined) return undefined
      const { redirectUri, state } = readSignIn(record.value)
      const code = randomBytes(32).toString('base64url')
      const signedIn: SignedIn = { accountId, redirectUri, state, at }
      const options = { ttlSeconds: CODE_SECONDS }
      await storage.set(await keyOf(code), formatRecord(FORMAT, signedIn), options)
      return code
    },
    async take(uid) {
      const record = await storage.take(await keyOf(uid))
      return record && readSignIn(record.value)
    },
    async redeem(code) {
      const record = isFirstParty(code) ? undefined : await storage.take(await keyOf(code))
      return record && readSignedIn(record.value)
    },
  }
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url')
}

function readSignIn(value: Uint8Array): FirstPartySignIn {
  return parseRecord(value, FORMAT, 'Sign-in', (content) => {
    const { redirectUri, state, isForced, browserHash } = content
    const isRight =
      typeof redirectUri === 'string' && typeof state === 'string' && typeof isForced === 'boolean'
    return isRight && isOptionalString(browserHash)
      ? { redirectUri, state, isForced, browserHash }
      : undefined
  })
}

function readSignedIn(value: Uint8Array): SignedIn {
  return parseRecord(value, FORMAT, 'Sign-in', ({ accountId, redirectUri, state, at }) =>
    typeof accountId === 'string' &&
    typeof redirectUri === 'string' &&
    typeof state === 'string' &&
    typeof at === 'number'
      ? { accountId, redirectUri, state, at }
      : undefined,
  )
}
