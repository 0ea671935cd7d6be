import { Redis } from 'ioredis'
import { redis } from 'mcp-gatehouse/storage/redis'
import { type BareDriver, freshName, type StorePair, seal, TTL_SECONDS } from './store.ts'

const URL = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379'

/** Two prefixes on one server. */
export async function openRedisPair(): Promise<StorePair> {
  const prefix = freshName()
  const storage = await seal(redis(URL, { prefix: `${prefix}_ours` }))
  const client = new Redis(URL)
  const bare = createBareRedis(client, `${prefix}_bare:`)
  return {
    name: 'Redis',
    storage,
    bare,
    async close() {
      await storage.close()
      for await (const keys of client.scanStream({ match: `*${prefix}_*`, count: 1_000 })) {
        if (keys.length > 0) await client.del(keys as string[])
      }
      await bare.close()
    },
  }
}

/** `ioredis` as it comes. */
function createBareRedis(client: Redis, prefix: string): BareDriver {
  return {
    set: (key, value) => client.set(prefix + key, Buffer.from(value), 'EX', TTL_SECONDS),
    get: async (key) => (await client.getBuffer(prefix + key)) ?? undefined,
    take: async (key) => (await client.getdelBuffer(prefix + key)) ?? undefined,
    close: async () => void (await client.quit()),
  }
}
