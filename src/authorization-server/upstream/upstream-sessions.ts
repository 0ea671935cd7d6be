import { formatRecord, parseRecord, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A session at an upstream (`sid`, OpenID Connect Back-Channel Logout §2.1), unique in its issuer. */
export interface UpstreamSession {
  readonly issuer: string
  readonly sessionId: string
}

/** Whose the sessions are that users have signed in from. */
export interface UpstreamSessions {
  note(session: UpstreamSession & { readonly accountId: string }): Promise<void>
  find(session: UpstreamSession): Promise<string | undefined>
}

const FORMAT = 1

/** @param ttlSeconds As long as something of a sign-in can last. */
export function createUpstreamSessions(
  storage: Storage,
  tenant: string | undefined,
  ttlSeconds: number,
): UpstreamSessions {
  const keyOf = ({ issuer, sessionId }: UpstreamSession): Promise<string> =>
    recordKey('upstream-session', tenant, `${issuer}\n${sessionId}`)
  return {
    async note({ accountId, ...session }) {
      const value = formatRecord(FORMAT, { accountId })
      await storage.set(await keyOf(session), value, { ttlSeconds })
    },
    async find(session) {
      const record = await storage.get(await keyOf(session))
      if (record === undefined) return undefined
      return parseRecord(record.value, FORMAT, 'Session at an upstream', ({ accountId }) =>
        typeof accountId === 'string' ? accountId : undefined,
      )
    },
  }
}
