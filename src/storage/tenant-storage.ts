import { requireTenantId } from '../options/index.ts'
import { withCheckedInput } from './checked-storage.ts'
import type { Storage, Write } from './storage.ts'

/**
 * The part of a store that one tenant has: nothing in it has a name that anybody outside can say, and
 * nothing outside has one that can be said here. Closing it leaves the store open. Keys, tags and names
 * of locks are shorter than those of the store by the id and two characters.
 *
 * @param id 1 to 63 letters a–z, digits and hyphens.
 * @throws {ConfigError} `ERR_CONFIG_TENANT_ID`
 */
export function tenantStorage(storage: Storage, id: string): Storage {
  requireTenantId(id)
  const prefix = `@${id}:`
  const own = (name: string): string => prefix + name
  const tagged = <Options extends { readonly tags?: readonly string[] | undefined }>(
    options: Options,
  ): Options => (options.tags === undefined ? options : { ...options, tags: options.tags.map(own) })
  const writeOf = (write: Write): Write =>
    write.kind === 'delete'
      ? { ...write, key: own(write.key) }
      : { ...tagged(write), key: own(write.key) }
  async function* withoutPrefix(keys: AsyncIterable<string>): AsyncIterable<string> {
    for await (const key of keys) yield key.slice(prefix.length)
  }
  const part: Storage = {
    durability: storage.durability,
    get: (key) => storage.get(own(key)),
    set: (key, value, options = {}) => storage.set(own(key), value, tagged(options)),
    take: (key) => storage.take(own(key)),
    compareAndSwap: (key, version, value, options = {}) =>
      storage.compareAndSwap(own(key), version, value, tagged(options)),
    commit: (writes) => storage.commit(writes.map(writeOf)),
    delete: (key) => storage.delete(own(key)),
    list: (start) => withoutPrefix(storage.list(own(start))),
    listByTag: (tag) => withoutPrefix(storage.listByTag(own(tag))),
    deleteByTag: (tag) => storage.deleteByTag(own(tag)),
    lock: (name, ttlSeconds) => storage.lock(own(name), ttlSeconds),
    check: () => storage.check(),
    close: async () => undefined,
  }
  return { ...withCheckedInput(part), isSealed: storage.isSealed }
}
