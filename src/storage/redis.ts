import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { randomId } from '../runtime/index.ts'
import { withCheckedInput } from './checked-storage.ts'
import { isClient, type RedisClient, runBufferScript, runScript } from './redis/client.ts'
import { createRedisConnection, type RedisConnection } from './redis/connection.ts'
import type { ScriptName } from './redis/scripts.ts'
import { formatPlainWrite, formatWrites } from './redis/writes.ts'
import { serverAddress, timeoutMilliseconds } from './server-options.ts'
import type { Lock, Storage, StoredRecord, Write } from './storage.ts'

export interface RedisStorageOptions {
  /**
   * What all keys begin with, in braces where it has none: in a cluster they decide where the keys
   * are, and all keys of one store have to be in one place. A cluster thus gives a store somewhere
   * to fail over to, and no more room. @defaultValue `mcp-gatehouse`
   */
  readonly prefix?: string | undefined
  /** How long a call may take, connecting included, 1 to 60. @defaultValue 5 */
  readonly timeoutSeconds?: number | undefined
  /**
   * Called when the server that answers is not the one from before, a replica that was promoted, or
   * one that has lost its data: writes that were acknowledged may be gone, and what was taken may be
   * there again. The store does NOT refuse what was written before: whoever gives out codes refuses
   * those from before this call. It does NOT notice what happens while this process is not running,
   * nor in a cluster that goes on answering.
   */
  readonly onFailover?: (() => void) | undefined
}

const OPTIONS: readonly string[] = [
  'prefix',
  'timeoutSeconds',
  'onFailover',
] satisfies (keyof RedisStorageOptions)[]
const DEFAULT_PREFIX = 'mcp-gatehouse'
/** What the scripts for one plain write answer where they have done nothing. */
const HAS_TAGS = 2
const HASH_TAG = /\{[^{}]+\}/
/** What is said of a record in the answer of the server. */
type Fields = readonly [value: Buffer | null, version: Buffer | null, expiresAt: Buffer | null]

/**
 * Keeps records in Redis 6.2 or newer, or in Valkey: for short-lived state of several processes,
 * because a write that was acknowledged can be lost with the server. Expiry goes by the clock of
 * the server.
 *
 * Nothing is connected to before the first call, which also refuses a server that may evict
 * records. A connection that is lost comes back by itself; a command that was under way fails.
 *
 * It does NOT encrypt anything; use `rediss:`, or `tls` of the options, for the way there.
 *
 * @param source `redis://` or `rediss://`, options of `ioredis`, or a client. A client keeps its own
 *   settings and is not closed; with `autoResendUnfulfilledCommands` it can lose what it takes.
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_URL`, `ERR_CONFIG_OPTION_TYPE`,
 *   `ERR_CONFIG_OPTION_UNKNOWN` or `ERR_CONFIG_NUMBER_RANGE`; from every method `ERR_CONFIG_PEER_MISSING` without `ioredis`, and
 *   `ERR_CONFIG_STORAGE_POLICY`.
 */
export function redis(
  source: string | RedisOptions | Redis | Cluster,
  options: RedisStorageOptions = {},
): Storage {
  requireKnownOptions(options, OPTIONS, 'redis')
  const { prefix = DEFAULT_PREFIX, timeoutSeconds, onFailover } = options
  const base = baseOf(prefix)
  const connection = createRedisConnection({
    source,
    address: addressOf(source),
    base,
    timeoutMilliseconds: timeoutMilliseconds(timeoutSeconds),
    onFailover,
  })
  return withCheckedInput(createRedisStorage(connection, base))
}

function createRedisStorage(connection: RedisConnection, base: string): Storage {
  const run = (name: ScriptName, ...parameters: readonly (string | number | Buffer)[]) =>
    connection.run((client) => runScript(client, name, base, ...parameters))
  const isDone = async (writes: readonly Write[]): Promise<boolean> =>
    writes.length === 0 || connection.run((client) => areDone(client, base, writes))

  return {
    durability: 'shared',
    async get(key) {
      const record = `${base}r:${key}`
      return toRecord(await connection.run((client) => client.hmgetBuffer(record, 'v', 'n', 'e')))
    },
    async set(key, value, { ifAbsent, ...options } = {}) {
      return isDone([{ kind: 'set', key, value, if: ifAbsent ? 'absent' : 'any', ...options }])
    },
    async take(key) {
      return toRecord(await connection.run((client) => runBufferScript(client, 'Take', base, key)))
    },
    async compareAndSwap(key, version, value, options) {
      return isDone([{ kind: 'set', key, value, if: { version }, ...options }])
    },
    commit: isDone,
    async delete(key) {
      return isOne(await run('Delete', key))
    },
    list: (prefix) => readPages((cursor) => run('List', cursor, prefix)),
    listByTag: (tag) => readPages((cursor) => run('ListByTag', cursor, tag)),
    async deleteByTag(tag) {
      return Number(await run('DeleteByTag', tag))
    },
    async lock(name, ttlSeconds) {
      const holder = randomId()
      const fence = await run('Lock', name, holder, ttlSeconds * 1_000)
      return fence === null ? undefined : createLock(run, name, holder, Number(fence))
    },
    async check() {
      await connection.run((client) => client.ping())
    },
    close: () => connection.close(),
  }
}

async function areDone(
  client: RedisClient,
  base: string,
  writes: readonly Write[],
): Promise<boolean> {
  const [first] = writes
  const plain = writes.length === 1 && first !== undefined ? formatPlainWrite(first) : undefined
  if (plain !== undefined) {
    const [name, ...parameters] = plain
    const answer = Number(await runScript(client, name, base, ...parameters))
    if (answer !== HAS_TAGS) return answer === 1
  }
  return isOne(await runScript(client, 'Commit', base, ...formatWrites(writes)))
}

function createLock(
  run: (name: ScriptName, ...parameters: readonly (string | number)[]) => Promise<unknown>,
  name: string,
  holder: string,
  fence: number,
): Lock {
  return {
    fence,
    async extend(ttlSeconds) {
      return isOne(await run('Extend', name, holder, ttlSeconds * 1_000))
    },
    release: async () => isOne(await run('Release', name, holder)),
  }
}

/** Some clients are told to give numbers as text. */
function isOne(answer: unknown): boolean {
  return Number(answer) === 1
}

function toRecord(answer: unknown): StoredRecord | undefined {
  const [value, version, expiresAt] = answer as Fields
  if (value === null || version === null) return undefined
  return {
    // The bytes of the driver are a part of what it has read from the socket.
    value: new Uint8Array(value),
    version: version.toString(),
    expiresAt: expiresAt === null || expiresAt.length === 0 ? undefined : Number(expiresAt),
  }
}

/** The server gives a key twice where it rearranges its table meanwhile. */
async function* readPages(read: (cursor: string) => Promise<unknown>): AsyncGenerator<string> {
  const seen = new Set<string>()
  let cursor = '0'
  do {
    const [next = '0', ...keys] = (await read(cursor)) as readonly string[]
    for (const key of keys) {
      if (seen.has(key)) continue
      seen.add(key)
      yield key
    }
    cursor = next
  } while (cursor !== '0')
}

function baseOf(prefix: string): string {
  const isPrefix = typeof prefix === 'string' && prefix !== '' && !prefix.includes('\0')
  const isPlain = isPrefix && !/[{}]/.test(prefix)
  if (!isPrefix || !(isPlain || HASH_TAG.test(prefix))) {
    throw new ConfigError('ERR_CONFIG_OPTION_TYPE', 'prefix (text, with `{…}` or without braces)')
  }
  return isPlain ? `{${prefix}}:` : prefix
}

function addressOf(source: string | RedisOptions | Redis | Cluster): string {
  if (typeof source === 'string') return serverAddress(source, ['redis:', 'rediss:'], 'redis(url)')
  if (isClient(source)) return 'redis'
  return `redis://${source.host ?? 'localhost'}:${source.port ?? 6379}`
}
