import {
  checkKey,
  checkLockName,
  checkPrefix,
  checkTag,
  checkTtl,
  checkValue,
  checkVersion,
  checkWriteOptions,
  checkWrites,
} from './limits.ts'
import type { Lock, Storage } from './storage.ts'

/**
 * The storage, with everything that is passed to it checked before. Every method then refuses what
 * no store can keep with `ERR_STORAGE_INPUT`.
 */
export function withCheckedInput(storage: Storage): Storage {
  return {
    durability: storage.durability,
    async get(key) {
      checkKey(key)
      return storage.get(key)
    },
    async set(key, value, options) {
      checkKey(key)
      checkValue(value)
      checkWriteOptions(options)
      return storage.set(key, value, options)
    },
    async take(key) {
      checkKey(key)
      return storage.take(key)
    },
    async compareAndSwap(key, version, value, options) {
      checkKey(key)
      checkVersion(version)
      checkValue(value)
      checkWriteOptions(options)
      return storage.compareAndSwap(key, version, value, options)
    },
    async commit(writes) {
      checkWrites(writes)
      return storage.commit(writes)
    },
    async delete(key) {
      checkKey(key)
      return storage.delete(key)
    },
    async *list(prefix) {
      checkPrefix(prefix)
      yield* storage.list(prefix)
    },
    async *listByTag(tag) {
      checkTag(tag)
      yield* storage.listByTag(tag)
    },
    async deleteByTag(tag) {
      checkTag(tag)
      return storage.deleteByTag(tag)
    },
    async lock(name, ttlSeconds) {
      checkLockName(name)
      checkTtl(ttlSeconds)
      const lock = await storage.lock(name, ttlSeconds)
      return lock && withCheckedTime(lock)
    },
    check: () => storage.check(),
    close: () => storage.close(),
  }
}

function withCheckedTime(lock: Lock): Lock {
  return {
    fence: lock.fence,
    async extend(ttlSeconds) {
      checkTtl(ttlSeconds)
      return lock.extend(ttlSeconds)
    },
    release: () => lock.release(),
  }
}
