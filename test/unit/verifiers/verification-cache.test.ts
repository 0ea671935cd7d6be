import { describe, expect, test } from 'vitest'
import { createVerificationCache } from '../../../src/verifiers/verification-cache.ts'

const keys = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => `key-${from + n}`)

describe('createVerificationCache', () => {
  test('finds what was put in, under its own key only', () => {
    const cache = createVerificationCache<number>(10)
    cache.set('a', 1)
    cache.set('b', 2)
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, 2, undefined])
  })

  test('replaces what stands under a key', () => {
    const cache = createVerificationCache<number>(10)
    cache.set('a', 1)
    cache.set('a', 2)
    expect([cache.get('a'), cache.size]).toEqual([2, 1])
  })

  test.each([2, 3, 10, 11, 1_000])('never holds more than %i entries', (maxEntries) => {
    const cache = createVerificationCache<string>(maxEntries)
    let most = 0
    for (const key of keys(0, maxEntries * 5)) {
      cache.set(key, key)
      most = Math.max(most, cache.size)
    }
    expect(most).toBeLessThanOrEqual(maxEntries)
    expect(most).toBeGreaterThanOrEqual(maxEntries - 1)
  })

  test('never holds more, whatever is looked up meanwhile', () => {
    const cache = createVerificationCache<string>(10)
    for (const key of keys(0, 100)) {
      cache.set(key, key)
      for (const other of keys(0, 100)) cache.get(other)
      expect(cache.size).toBeLessThanOrEqual(10)
    }
  })

  test.each([0, 1])('of size %i remembers nothing', (maxEntries) => {
    const cache = createVerificationCache<number>(maxEntries)
    cache.set('a', 1)
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0])
  })

  test('keeps what is in use while others come and go', () => {
    const cache = createVerificationCache<string>(10)
    cache.set('used', 'value')
    for (const key of keys(0, 1_000)) {
      cache.set(key, key)
      expect(cache.get('used')).toBe('value')
    }
  })

  test('forgets what was not asked for during two generations', () => {
    const cache = createVerificationCache<string>(10)
    cache.set('idle', 'value')
    for (const key of keys(0, 9)) cache.set(key, key)
    expect(cache.size).toBe(10)
    cache.set('key-9', 'key-9')
    expect([cache.get('idle'), cache.get('key-3')]).toEqual([undefined, undefined])
    expect(cache.get('key-4')).toBe('key-4')
  })

  test('a look-up in the old generation saves the entry into the young one', () => {
    const cache = createVerificationCache<string>(4)
    for (const key of ['a', 'b', 'c']) cache.set(key, key)
    expect(cache.get('a')).toBe('a')
    cache.set('d', 'd')
    expect([cache.get('a'), cache.get('b')]).toEqual(['a', undefined])
  })

  test('keys of Object.prototype are keys like others', () => {
    const cache = createVerificationCache<number>(10)
    expect([cache.get('__proto__'), cache.get('constructor')]).toEqual([undefined, undefined])
    cache.set('__proto__', 1)
    expect(cache.get('__proto__')).toBe(1)
  })
})
