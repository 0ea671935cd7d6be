import { ConfigError } from '../errors/index.ts'
import { storageKeysFromEnvironment } from '../keys/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { sealed } from './sealed.ts'
import type { Storage } from './storage.ts'

export interface OpenStorageOptions {
  /** Of Redis: what all keys begin with. @defaultValue `mcp-gatehouse` */
  readonly prefix?: string | undefined
  /** Of PostgreSQL: where the tables are. @defaultValue `mcp_gatehouse` */
  readonly schema?: string | undefined
  /** Of Redis and PostgreSQL: how long a call may take, 1 to 60. @defaultValue 5 */
  readonly timeoutSeconds?: number | undefined
  /** Of Redis: called when acknowledged writes may be gone, as the option of `redis` says. */
  readonly onFailover?: (() => void) | undefined
}

const OPTIONS: readonly string[] = [
  'onFailover',
  'prefix',
  'schema',
  'timeoutSeconds',
] satisfies (keyof OpenStorageOptions)[]

/**
 * Opens the storage that a text names: `memory:`, `sqlite:./gatehouse.db`, `redis://`, `rediss://`,
 * `postgres://` or `postgresql://`. What a storage needs is loaded when it is the one that is named.
 *
 * It does NOT connect to a server: the first call does, and `check()` of the storage is one.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN`; `ERR_CONFIG_STORAGE_URL` where the text names
 *   none. The message does not contain the text, because a password may be in it.
 *
 * @example
 * ```ts
 * const storage = await openStorage('sqlite:./gatehouse.db')
 * ```
 */
export async function openStorage(url: string, options: OpenStorageOptions = {}): Promise<Storage> {
  requireKnownOptions(options, OPTIONS, 'openStorage')
  const { onFailover, prefix, schema, timeoutSeconds } = options
  const [, scheme = ''] = /^([a-z]+):/.exec(url) ?? []
  switch (scheme) {
    case 'memory':
      if (url !== 'memory:') break
      return (await import('./memory.ts')).memory()
    case 'sqlite': {
      const path = url.slice('sqlite:'.length)
      if (path === '') break
      return (await import('./sqlite.ts')).sqlite(path)
    }
    case 'redis':
    case 'rediss':
      return (await import('./redis.ts')).redis(url, { onFailover, prefix, timeoutSeconds })
    case 'postgres':
    case 'postgresql':
      return (await import('./postgres.ts')).postgres(url, { schema, timeoutSeconds })
    default:
  }
  throw new ConfigError('ERR_CONFIG_STORAGE_URL', 'storage')
}

/** Of the environment that the predecessor of this package, mcp-authkit, is configured with. */
export type StorageEnvironment = Readonly<Record<string, string | undefined>>

const DEFAULT_REDIS_URL = 'redis://localhost:6379/0'
const DEFAULT_REDIS_KEY_PREFIX = 'mcp:auth:'
const FILE_NAME = 'gatehouse.db'

/**
 * Opens the storage that mcp-authkit's variables name, sealed: `TOKEN_STORAGE_MODE` (`memory`, where
 * it is not set; `file`; `redis`), `FILE_STORAGE_PATH` (the folder, which has no default here: that
 * one was in the folder for temporary files, which everybody can write to), `REDIS_URL`,
 * `REDIS_KEY_PREFIX`, and `STORAGE_ENCRYPTION_KEY` or `STORAGE_ENCRYPTION_KEY_PATH`, as
 * `storageKeysFromEnvironment` reads them. Only `memory` can go without a key.
 *
 * It connects, since the storage must not need other keys. It does NOT read what mcp-authkit has
 * stored.
 *
 * @throws {ConfigError} `ERR_CONFIG_STORAGE_URL`, `ERR_CONFIG_STORAGE_UNSEALED`, and what `sealed`
 *   and `storageKeysFromEnvironment` throw
 * @throws {StorageError} where the storage cannot be reached
 */
export async function storageFromEnvironment(environment: StorageEnvironment): Promise<Storage> {
  const keys = await storageKeysFromEnvironment({ environment })
  const storage = await openFromEnvironment(environment)
  try {
    if (keys === undefined && storage.durability !== 'process') {
      const variable = 'STORAGE_ENCRYPTION_KEY_PATH (not set)'
      throw new ConfigError('ERR_CONFIG_STORAGE_UNSEALED', variable)
    }
    return await sealed(storage, keys)
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function openFromEnvironment(environment: StorageEnvironment): Promise<Storage> {
  // In an environment, a variable that is set to nothing is one that is not set.
  const read = (name: string): string | undefined => environment[name] || undefined
  switch (read('TOKEN_STORAGE_MODE')) {
    case undefined:
    case 'memory':
      return openStorage('memory:')
    case 'file': {
      const folder = read('FILE_STORAGE_PATH')
      if (folder === undefined) throw new ConfigError('ERR_CONFIG_STORAGE_URL', 'FILE_STORAGE_PATH')
      return openStorage(`sqlite:${folder}/${FILE_NAME}`)
    }
    case 'redis': {
      const prefix = read('REDIS_KEY_PREFIX') ?? DEFAULT_REDIS_KEY_PREFIX
      const { redis } = await import('./redis.ts')
      return redis(read('REDIS_URL') ?? DEFAULT_REDIS_URL, { prefix })
    }
    default:
      throw new ConfigError('ERR_CONFIG_STORAGE_URL', 'TOKEN_STORAGE_MODE (memory, file or redis)')
  }
}
