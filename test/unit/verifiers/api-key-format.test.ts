import { crc32 as zlibCrc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { checkKey, createKey, isKeyPrefix } from '../../../src/verifiers/api-key-format.ts'
import { crc32 } from '../../../src/verifiers/crc32.ts'
import * as fc from '../../fuzz/fast-check.ts'

const KEY = /^mgh_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('a key is its prefix, 43 random characters and six of checksum, and is a bearer token', () => {
  const keys = Array.from({ length: 200 }, () => createKey('mgh'))
  expect(keys.filter((key) => !KEY.test(key))).toEqual([])
  expect(new Set(keys).size).toBe(200)
  expect(62n ** 43n > 2n ** 256n).toBe(true)
})

test('every character is as likely as every other', () => {
  const counts = new Map<string, number>()
  for (let round = 0; round < 2_000; round += 1) {
    for (const character of createKey('mgh').slice(4, 47)) {
      counts.set(character, (counts.get(character) ?? 0) + 1)
    }
  }
  const expected = (2_000 * 43) / 62
  expect(counts.size).toBe(62)
  // Bytes modulo 62 would give the first eight characters a quarter more than the others.
  const first = BASE62.slice(0, 8)
    .split('')
    .reduce((sum, one) => sum + (counts.get(one) ?? 0), 0)
  expect(first / 8 / expected).toBeGreaterThan(0.93)
  expect(first / 8 / expected).toBeLessThan(1.07)
})

test('the checksum is the CRC-32 of all before it, in base62', () => {
  const key = createKey('acme')
  const value = key
    .slice(-6)
    .split('')
    .reduce((sum, character) => sum * 62 + BASE62.indexOf(character), 0)
  expect(value).toBe(zlibCrc32(key.slice(0, -7)))
})

test('the CRC-32 is that of zlib, for every text', () => {
  expect(crc32('123456789')).toBe(0xcb_f4_39_26)
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => crc32(text) === zlibCrc32(text)))
})

test('a key with one wrong character, or two that are swapped, is refused', () => {
  const key = createKey('mgh')
  expect(checkKey(key, 'mgh')).toEqual({ ok: true, value: key })
  const typos = new Set<string>()
  for (let at = 4; at < key.length; at += 1) {
    if (key.charAt(at) === '_') continue
    for (const other of BASE62) typos.add(key.slice(0, at) + other + key.slice(at + 1))
    const next = key.charAt(at + 1)
    if (next !== '_') typos.add(key.slice(0, at) + next + key.charAt(at) + key.slice(at + 2))
  }
  typos.delete(key)
  expect(typos.size).toBeGreaterThan(49 * 61)
  for (const typo of typos) expect(checkKey(typo, 'mgh')).toMatchObject({ reason: 'checksum' })
})

test.each([
  ['cut off', (key: string) => key.slice(0, -1)],
  ['with more behind it', (key: string) => `${key}A`],
  ['with a further part', (key: string) => `${key}_AAAAAA`],
  ['without its checksum', (key: string) => key.slice(0, -7)],
  ['with another prefix', (key: string) => `acme${key.slice(3)}`],
  ['with a character of base64', (key: string) => `mgh_-${key.slice(5)}`],
  ['of 16,384 characters', () => `mgh_${'A'.repeat(16_384)}`],
  ['of the prefix alone', () => 'mgh_'],
])('a key %s is none', (_name, change) => {
  expect(checkKey(change(createKey('mgh')), 'mgh')).toEqual({ ok: false, reason: 'format' })
})

test('a prefix is letters and digits, so that no prefix begins like another with its underscore', () => {
  const good = ['mgh', 'acme', 'a1', 'abcdefghijklmnop']
  const bad = ['', 'a', 'A1', '1a', 'a_b', 'a-b', 'é1', 'abcdefghijklmnopq', 7, undefined]
  expect(good.filter((prefix) => !isKeyPrefix(prefix))).toEqual([])
  expect(bad.filter((prefix) => isKeyPrefix(prefix))).toEqual([])
})
