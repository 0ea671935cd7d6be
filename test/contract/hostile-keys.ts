import { expect } from 'vitest'
import type { Storage } from '../../src/storage/storage.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'
import * as fc from '../fuzz/fast-check.ts'

const FRAGMENTS = [
  "'",
  '"',
  '`',
  '\\',
  '%',
  '_',
  '*',
  '?',
  '[',
  ']',
  '{',
  '}',
  '^',
  '-',
  ':',
  ';',
  '--',
  '$1',
  '\r\n',
  '\n',
  ' ',
  "' OR '1'='1",
  '; DROP TABLE records',
  "redis.call('FLUSHALL')",
  ']]',
  'r:',
  't:',
  'a',
  'A',
  'é',
  'e\u0301',
  '😀',
  '\u{10ffff}',
  '\uffff',
  '\u0001',
  '__proto__',
]
const text = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc
      .array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 6 })
      .map((all) => all.join('')),
  )
  .filter((candidate) => candidate.isWellFormed() && !candidate.includes('\0'))
/** As many as one batch of writes takes. */
const TEXTS_PER_RUN = 100
const texts = fc.uniqueArray(text, { minLength: TEXTS_PER_RUN, maxLength: TEXTS_PER_RUN })
const LOOKED_AT = 3
/** No text of the arbitraries is as long as this. */
const COMMON_TAG = 'all of one run of the property, whatever they are called'

/**
 * SEC-275: whatever is a key, a tag and a value, comes back as itself, and is found by itself.
 *
 * @param storage Holds nothing else.
 * @param count How many texts, in hundreds written together.
 */
export async function expectAnyTextToBeAKey(storage: Storage, count: number): Promise<void> {
  const property = fc.asyncProperty(texts, async (keys) => {
    const writes = keys.map((key) => {
      const tags = [key, COMMON_TAG]
      return { kind: 'set', key, value: Buffer.from(key), tags } as const
    })
    expect(await storage.commit(writes)).toBe(true)
    const records = await Promise.all(keys.map((key) => storage.get(key)))
    expect(records.map((record) => Buffer.from(record?.value ?? []).toString())).toEqual(keys)
    expect((await collect(storage.list(''))).toSorted()).toEqual(keys.toSorted())
    const someKeys = keys.slice(0, LOOKED_AT)
    await Promise.all(someKeys.map((key) => expectToBeFound(storage, key, keys)))
    // One in each of the three ways, and the rest together.
    const [first = '', second = '', third = ''] = someKeys
    expect(await storage.delete(first)).toBe(true)
    expect(await storage.deleteByTag(second)).toBe(1)
    expect((await storage.take(third))?.value).toEqual(new Uint8Array(Buffer.from(third)))
    expect(await storage.deleteByTag(COMMON_TAG)).toBe(keys.length - LOOKED_AT)
    expect(await collect(storage.list(''))).toEqual([])
  })
  await fc.assert(property, { numRuns: count / TEXTS_PER_RUN })
}

async function expectToBeFound(
  storage: Storage,
  key: string,
  keys: readonly string[],
): Promise<void> {
  const [tagged, listed] = await Promise.all([
    collect(storage.listByTag(key)),
    collect(storage.list(key)),
  ])
  expect(tagged).toEqual([key])
  expect(listed.toSorted()).toEqual(keys.filter((other) => other.startsWith(key)).toSorted())
}
