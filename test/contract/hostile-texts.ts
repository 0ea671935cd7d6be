import { expect } from 'vitest'
import type { Storage } from '../../src/storage/index.ts'
import * as fc from '../fuzz/fast-check.ts'

const TEXTS_PER_RUN = 100
const RUNS = 1_000

/** What breaks out of a statement, a pattern, a script or an encoding, and what looks alike. */
const FRAGMENTS = [
  ...Array.from('\'"`;\\?%_*[]^{}\t \u0001\u007féÉßİı\ufeff\ufffd\uffff😀\u{10ffff}aA01'),
  '--',
  '/*',
  '*/',
  '$1',
  ':a',
  '\r\n',
  '$8',
  'FLUSHALL',
  ']]',
  '[[',
  '{a}',
  'e\u0301',
  'null',
  '__proto__',
  ' OR 1=1',
  'DROP TABLE records',
]

const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 200, maxLength: 400 }) },
)

/**
 * Writes 100,000 texts as key, tag and value, and expects the storage to be as a `Map` is: every
 * text that fits is one record of its own, and every other text is refused.
 */
export async function expectHostileTexts(storage: Storage): Promise<void> {
  const texts = fc.uniqueArray(text, { minLength: TEXTS_PER_RUN, maxLength: TEXTS_PER_RUN })
  await fc.assert(
    fc.asyncProperty(texts, async (all) => {
      const [fitting, refused] = [all.filter(fits), all.filter((one) => !fits(one))]
      await Promise.all(fitting.map((one) => storage.set(one, Buffer.from(one), { tags: [one] })))
      for (const one of refused) await expect(storage.get(one)).rejects.toThrow('key (')
      const found = await Promise.all(fitting.map((one) => storage.get(one)))
      expect(found.map((record) => record && Buffer.from(record.value).toString())).toEqual(fitting)
      expect((await collect(storage.list(''))).toSorted()).toEqual(fitting.toSorted())
      const [first = '', second = ''] = fitting
      const prefix = String.fromCodePoint(first.codePointAt(0) ?? 0)
      const alike = fitting.filter((one) => one.startsWith(prefix))
      expect((await collect(storage.list(prefix))).toSorted()).toEqual(alike.toSorted())
      expect(await collect(storage.listByTag(second))).toEqual([second])
      const deleted = await Promise.all(fitting.map((one) => storage.deleteByTag(one)))
      expect(deleted).toEqual(fitting.map(() => 1))
    }),
    { numRuns: RUNS },
  )
  await storage.close()
}

function fits(one: string): boolean {
  return !one.includes('\0') && Buffer.byteLength(one) <= 1_024
}

async function collect(listed: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const one of listed) all.push(one)
  return all
}
