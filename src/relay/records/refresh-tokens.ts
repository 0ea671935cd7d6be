import { formatRecord, isStringList, parseRecord } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { KeyOf } from './record-names.ts'

/** Whose a refresh token of the upstream is. */
export interface RefreshBinding {
  readonly clientId: string
  /** The scopes that were granted. */
  readonly scopes: readonly string[]
}

/** The refresh tokens that clients were given; only their hashes are known here. */
export interface RefreshTokens {
  /** Binds a token to its client, for 90 days more. */
  bind(refreshToken: string, binding: RefreshBinding): Promise<void>
  find(refreshToken: string): Promise<RefreshBinding | undefined>
  forget(refreshToken: string): Promise<void>
  /** Ends a token that was replaced, after the time in which its client may not have got the answer. */
  retire(refreshToken: string, binding: RefreshBinding): Promise<void>
}

const FORMAT = 1
const TTL_SECONDS = 90 * 24 * 60 * 60
/** Whether a predecessor is still good, the upstream decides. */
const RETIRED_SECONDS = 600

export function createRefreshTokens(storage: Storage, keyOf: KeyOf): RefreshTokens {
  const write = async (token: string, binding: RefreshBinding, ttlSeconds: number) => {
    const key = await keyOf('relay-refresh-token', token)
    await storage.set(key, formatRecord(FORMAT, binding), { ttlSeconds })
  }
  return {
    bind: (token, binding) => write(token, binding, TTL_SECONDS),
    async find(token) {
      const record = await storage.get(await keyOf('relay-refresh-token', token))
      return record && parseBinding(record.value)
    },
    async forget(token) {
      await storage.delete(await keyOf('relay-refresh-token', token))
    },
    retire: (token, binding) => write(token, binding, RETIRED_SECONDS),
  }
}

function parseBinding(value: Uint8Array): RefreshBinding {
  return parseRecord(value, FORMAT, 'Relayed refresh token', ({ clientId, scopes }) =>
    typeof clientId === 'string' && isStringList(scopes) ? { clientId, scopes } : undefined,
  )
}
