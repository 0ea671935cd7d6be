import { holds } from '../condition.ts'
import type { Storage, Write } from '../storage.ts'
import type { SqliteConnection } from './connection.ts'
import type { Session } from './session.ts'
import { startSweep } from './sweep.ts'

/**
 * Creates the storage over a connection.
 *
 * @param now Milliseconds since the epoch.
 */
export function createSqliteStorage(connection: SqliteConnection, now: () => number): Storage {
  const { read, write } = connection
  const stopSweep = startSweep(connection, now)
  const commit = (writes: readonly Write[]): Promise<boolean> =>
    write(({ records }) => applyWrites(records, writes, now()))

  return {
    durability: 'durable',
    get: (key) => read(({ records }) => records.find(key, now())),
    set: (key, value, { ifAbsent, ...options } = {}) =>
      commit([{ kind: 'set', key, value, if: ifAbsent ? 'absent' : 'any', ...options }]),
    take: (key) => write(({ records }) => records.take(key, now())),
    compareAndSwap: (key, version, value, options) =>
      commit([{ kind: 'set', key, value, if: { version }, ...options }]),
    commit: async (writes) => writes.length === 0 || commit(writes),
    delete: (key) => write(({ records }) => records.remove(key, now())),
    async *list(prefix) {
      const pages = readPages(prefix, (from) =>
        read(({ records }) => records.keysFrom(from, now())),
      )
      for await (const key of pages) {
        if (!key.startsWith(prefix)) return
        yield key
      }
    },
    listByTag: (tag) =>
      readPages('', (from) => read(({ records }) => records.keysWithTag(tag, from, now()))),
    deleteByTag: (tag) => write(({ records }) => records.removeByTag(tag, now())),
    async lock(name, ttlSeconds) {
      const fence = await write(({ locks }) => locks.acquire(name, ttlSeconds, now()))
      if (fence === undefined) return undefined
      return {
        fence,
        extend: (seconds) => write(({ locks }) => locks.extend(fence, seconds, now())),
        release: () => write(({ locks }) => locks.release(fence, now())),
      }
    },
    async check() {
      await read(({ records }) => records.hasExpired(now()))
    },
    async close() {
      stopSweep()
      await connection.close()
    },
  }
}

function applyWrites(records: Session['records'], writes: readonly Write[], now: number): boolean {
  // Nothing is written before everything holds: other writes share the transaction.
  const areDue = writes.every(
    ({ key, if: condition }) =>
      condition === undefined ||
      condition === 'any' ||
      holds(condition, records.versionOf(key, now)),
  )
  if (!areDue) return false
  for (const write of writes) {
    if (write.kind === 'set') records.put(write.key, write.value, write, now)
    else records.remove(write.key, now)
  }
  return true
}

/**
 * Reads on from the last key of the page before, so that no statement stays open meanwhile, which
 * would keep the WAL from being checkpointed.
 */
async function* readPages(
  first: string,
  readFrom: (key: string) => Promise<readonly string[]>,
): AsyncGenerator<string> {
  let last: string | undefined
  for (;;) {
    const page = await readFrom(last ?? first)
    const fresh = page[0] === last ? page.slice(1) : page
    if (fresh.length === 0) return
    yield* fresh
    last = fresh.at(-1)
  }
}
