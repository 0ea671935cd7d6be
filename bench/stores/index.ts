import { openPostgresPair } from './postgres.ts'
import { openRedisPair } from './redis.ts'
import { openSqlitePair } from './sqlite.ts'
import type { StorePair } from './store.ts'

export { randomValue, type StorePair, TTL_SECONDS, VALUE_BYTES } from './store.ts'

/** Every store that is to be measured; a server that is not there ends the run. */
export const STORES: readonly (() => Promise<StorePair>)[] = [
  openSqlitePair,
  openRedisPair,
  openPostgresPair,
]
