import type { BrowserUser, UserAccounts } from '../../oauth-client/index.ts'
import {
  type Clock,
  formatRecord,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import { type ConnectionOwner, ownerOfUser } from '../owner.ts'
import { randomHandle } from '../random-handle.ts'
import type { SessionCookie } from './session-cookie.ts'

/** Somebody who is signed in to these pages, in one browser. */
export interface PageSession {
  /** Of the cookie: what form tokens are made with. */
  readonly secret: string
  readonly user: BrowserUser
  readonly owner: ConnectionOwner
  /** How the user is called on pages. */
  readonly displayName: string
}

/** The sessions of browsers. */
export interface PageSessions {
  find(cookieHeader: string | undefined): Promise<PageSession | undefined>
  /** Begins a session, under a new secret. @returns The line that sets its cookie. */
  begin(user: BrowserUser): Promise<string>
  /** Ends one. @returns The line that ends its cookie. */
  end(session: PageSession): Promise<string>
  /** Ends those of all browsers. */
  endAll(owner: ConnectionOwner): Promise<void>
}

export interface PageSessionsOptions {
  readonly storage: Storage
  /** Whose pages: sessions of others are unknown. */
  readonly tenant: string
  readonly cookie: SessionCookie
  readonly accounts: UserAccounts | undefined
  readonly clock: Clock
}

const FORMAT = 1
const TTL_SECONDS = 3_600

interface StoredSession extends BrowserUser {
  readonly since: number
}

/**
 * Keeps who has signed in, for an hour: it is about secrets, and the next sign-in is a click where
 * the user is still signed in there. A session ends with the user's access at their issuer.
 */
export function createPageSessions(options: PageSessionsOptions): PageSessions {
  const { storage, tenant, cookie, accounts, clock } = options
  const keyOf = (secret: string): Promise<string> => recordKey('page-session', tenant, secret)

  const read = async (secret: string): Promise<PageSession | undefined> => {
    const record = await storage.get(await keyOf(secret))
    if (record === undefined) return undefined
    const { since, ...user } = readSession(record.value)
    if (await accounts?.isSignedOut(user, since)) return undefined
    const displayName = user.name ?? user.subject
    return { secret, user, owner: ownerOfUser(user), displayName }
  }

  return {
    async find(cookieHeader) {
      for (const secret of cookie.read(cookieHeader)) {
        const session = await read(secret)
        if (session !== undefined) return session
      }
      return undefined
    },
    async begin(user) {
      const secret = randomHandle()
      const session: StoredSession = { ...user, since: clock.now() }
      await storage.set(await keyOf(secret), formatRecord(FORMAT, session), {
        ttlSeconds: TTL_SECONDS,
        tags: [await recordKey('page-session', tenant, ownerOfUser(user).id)],
      })
      return cookie.set(secret)
    },
    async end({ secret }) {
      await storage.delete(await keyOf(secret))
      return cookie.clear()
    },
    async endAll({ id }) {
      await storage.deleteByTag(await recordKey('page-session', tenant, id))
    },
  }
}

function readSession(value: Uint8Array): StoredSession {
  return parseRecord(value, FORMAT, 'Page session', (content) => {
    const { issuer, subject, tenant, name, since } = content
    const isUser = typeof issuer === 'string' && typeof subject === 'string'
    return isUser && isOptionalString(tenant) && isOptionalString(name) && typeof since === 'number'
      ? { issuer, subject, tenant, name, since }
      : undefined
  })
}
