import {
  buildJwksAnswer,
  createKeyRing,
  encryptionKeysFromEnvironment,
  encryptToken,
  generateKey,
  type KeyRing,
  keysFromFile,
  keysFromFunction,
  rotateKeys,
  storageKeysFromEnvironment,
} from 'mcp-gatehouse/keys'
import { memory, openStorage, reseal, sealed } from 'mcp-gatehouse/storage'
import { postgres } from 'mcp-gatehouse/storage/postgres'
import { redis } from 'mcp-gatehouse/storage/redis'
import { sqlite } from 'mcp-gatehouse/storage/sqlite'
import type { Reader } from './option-reader.ts'

const storageKeys = { keys: [await generateKey({ use: 'storage' })] }
const encryptionKey = await generateKey({ use: 'encryption' })
const signingKey = await generateKey({ use: 'signing' })
const source = keysFromFunction(() => storageKeys)
export const ring: KeyRing = await createKeyRing({ use: 'storage', source })
const { d: _private, ...publicKey } = encryptionKey

/** What takes options in `mcp-gatehouse/keys` and `mcp-gatehouse/storage`. */
export const STORAGE_READERS: Readonly<Record<string, Reader>> = {
  createKeyRing: {
    type: 'KeyRingOptions',
    good: { use: 'storage', source },
    names: ['use', 'source', 'onError', 'clock'],
    read: createKeyRing,
  },
  keysFromFile: {
    type: 'KeyFileOptions',
    good: { allowGroupRead: true, allowSingleKey: true },
    names: ['allowGroupRead', 'allowSingleKey'],
    read: (options) => keysFromFile('keys.json', options),
  },
  encryptionKeysFromEnvironment: {
    type: 'RingFromEnvironmentOptions',
    good: { environment: {} },
    names: ['allowGroupRead', 'clock', 'environment', 'onError'],
    read: encryptionKeysFromEnvironment,
  },
  storageKeysFromEnvironment: {
    alsoReads: ['RingFromEnvironmentOptions'],
    good: { environment: {} },
    names: ['allowGroupRead', 'clock', 'environment', 'onError'],
    read: storageKeysFromEnvironment,
  },
  keysFromFunction: {
    type: 'KeyFunctionOptions',
    good: { name: 'Vault' },
    names: ['checkSeconds', 'timeoutSeconds'],
    read: (options) => keysFromFunction(() => storageKeys, options),
  },
  generateKey: {
    type: 'GenerateKeyOptions',
    good: { use: 'storage' },
    names: ['use', 'alg', 'status'],
    read: generateKey,
  },
  rotateKeys: {
    type: 'RotateKeysOptions',
    good: { use: 'storage', overlapSeconds: 60 },
    names: ['overlapSeconds', 'inUse'],
    read: (options) => rotateKeys(storageKeys, options),
  },
  buildJwksAnswer: {
    type: 'JwksAnswerOptions',
    good: { maxAgeSeconds: 60 },
    names: ['maxAgeSeconds'],
    read: (options) => buildJwksAnswer([ring], options),
  },
  encryptToken: {
    type: 'EncryptTokenOptions',
    good: { encryptionKey: publicKey, signingKey },
    names: ['encryptionKey', 'lifetimeSeconds'],
    read: (options) => encryptToken({ sub: 'alice' }, options),
  },
  memory: { type: 'MemoryOptions', good: {}, names: ['clock'], read: memory },
  sqlite: {
    type: 'SqliteStorageOptions',
    good: { timeoutSeconds: 1 },
    names: ['timeoutSeconds', 'now'],
    // Refused by its path, and with it nothing is written, where the options are accepted.
    read: (options) => sqlite(':memory:', options),
  },
  redis: {
    type: 'RedisStorageOptions',
    good: { prefix: 'a' },
    names: ['prefix', 'timeoutSeconds', 'onFailover'],
    read: (options) => redis('redis://127.0.0.1:1', options),
  },
  postgres: {
    type: 'PostgresStorageOptions',
    good: { schema: 'a' },
    names: ['schema', 'timeoutSeconds', 'poolSize'],
    read: (options) => postgres('postgres://127.0.0.1:1/a', options),
  },
  openStorage: {
    type: 'OpenStorageOptions',
    good: { prefix: 'a' },
    names: ['onFailover', 'prefix', 'schema', 'timeoutSeconds'],
    read: (options) => openStorage('memory:', options),
  },
  sealed: {
    type: 'SealingOptions',
    good: { name: 'a' },
    names: ['name', 'random'],
    read: (options) => sealed(memory(), ring, options),
  },
  reseal: {
    type: 'ResealOptions',
    good: { name: 'a' },
    names: ['name', 'signal', 'onUnreadable'],
    read: (options) => reseal(memory(), ring, options),
  },
}
