import {
  createLimits,
  type LimitStore,
  type Limits,
  postgresLimits,
  redisLimits,
} from '../../limits/index.ts'
import { importPeer } from '../../runtime/index.ts'
import type { FileLimits } from './gateway-file.ts'

/** Limits, and the connections of their store. */
export interface LimitParts {
  readonly limits: Limits
  close(): Promise<void>
}

interface OpenStore {
  readonly store: LimitStore | undefined
  close(): Promise<void>
}

const NO_STORE: OpenStore = { store: undefined, close: async () => undefined }

/** @param isCheck Connect to nothing. */
export async function createLimitParts(
  { store, ...options }: FileLimits,
  isCheck: boolean,
): Promise<LimitParts> {
  const opened = await openStore(store, isCheck)
  return { limits: createLimits({ ...options, store: opened.store }), close: () => opened.close() }
}

async function openStore(store: FileLimits['store'], isCheck: boolean): Promise<OpenStore> {
  if (store === undefined || store === 'memory') return NO_STORE
  if ('redis' in store) {
    const { Redis } = await importPeer('ioredis', () => import('ioredis'))
    const { redis, ...options } = store
    const client = new Redis(redis, { lazyConnect: isCheck, enableOfflineQueue: false })
    // The limits say it: the event `limits.store_failed`.
    client.on('error', () => undefined)
    return { store: redisLimits(client, options), close: async () => client.disconnect() }
  }
  const { default: pg } = await importPeer('pg', () => import('pg'))
  const { postgres, ...options } = store
  const pool = new pg.Pool({ connectionString: postgres, max: 4 })
  pool.on('error', () => undefined)
  return { store: postgresLimits(pool, options), close: () => pool.end() }
}
