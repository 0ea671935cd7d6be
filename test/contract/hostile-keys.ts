import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Storage } from '../../src/storage/storage.ts'
import { collect } from '../../src/testing/storage-contract/world.ts'

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
const texts = fc.uniqueArray(text, { minLength: 1, maxLength: 20 })

/**
 * SEC-275: whatever is a key, a tag and a value, comes back as itself, and is found by itself.
 *
 * @param storage Holds nothing else.
 */
export async function expectAnyTextToBeAKey(storage: Storage): Promise<void> {
  const property = fc.asyncProperty(texts, async (keys) => {
    const writes = keys.map((key) => ({ kind: 'set', key, value: Buffer.from(key), tags: [key] }))
    expect(await storage.commit(writes as Parameters<Storage['commit']>[0])).toBe(true)
    await Promise.all(keys.map((key) => expectToBeFound(storage, key, keys)))
    const deleted = await Promise.all(
      keys.map((key, index) =>
        index % 2 === 0
          ? storage.delete(key)
          : storage.deleteByTag(key).then((count) => count === 1),
      ),
    )
    expect(deleted).toEqual(keys.map(() => true))
    expect(await collect(storage.list(''))).toEqual([])
  })
  await fc.assert(property, { numRuns: 150 })
}

async function expectToBeFound(
  storage: Storage,
  key: string,
  keys: readonly string[],
): Promise<void> {
  const [record, tagged, listed] = await Promise.all([
    storage.get(key),
    collect(storage.listByTag(key)),
    collect(storage.list(key)),
  ])
  expect(Buffer.from(record?.value ?? []).toString()).toBe(key)
  expect(tagged).toEqual([key])
  expect(listed.toSorted()).toEqual(keys.filter((other) => other.startsWith(key)).toSorted())
}
