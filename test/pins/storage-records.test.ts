import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { RECORD_KINDS, recordKey } from '../../src/runtime/index.ts'

const document = readFileSync(join(import.meta.dirname, '../../STORAGE.md'), 'utf8')

test('STORAGE.md lists the kinds of records, each with content, lifetime and reader', () => {
  const rows = [...document.matchAll(/^\| `([\w-]+)` \|(.+)\|$/gm)]
  expect(rows.map(([, kind]) => kind)).toEqual([...RECORD_KINDS])
  for (const [, , cells = ''] of rows)
    expect(cells.split('|').every((cell) => cell.trim())).toBe(true)
})

test('keys are the same on every runtime and in every release', async () => {
  expect(await recordKey('revocation', undefined, 'alice')).toBe(
    'revocation::2bd806c97f0e00af1a1fc3328fa763a9269723c8db8fac4f93af71db186d6e90',
  )
  expect(await recordKey('revocation', 'a:b/*é', '')).toBe(
    'revocation:a%3Ab%2F%2A%C3%A9:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
})

test('no tenant and no identity has the key of another', async () => {
  const texts = [
    '',
    ':',
    'a',
    'A',
    'a ',
    'é',
    'e\u0301',
    '%2A',
    '*',
    'x'.repeat(201),
    'x'.repeat(65_536),
  ]
  const keys = await Promise.all(
    texts.flatMap((tenant) => texts.map((identity) => recordKey('revocation', tenant, identity))),
  )
  expect(new Set(keys).size).toBe(texts.length ** 2)
  expect(Math.max(...keys.map(({ length }) => length))).toBeLessThanOrEqual(300)
})
