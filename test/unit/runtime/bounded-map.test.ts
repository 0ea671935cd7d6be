import { expect, test } from 'vitest'
import { createBoundedMap } from '../../../src/runtime/index.ts'
import { usedBytes } from './used-bytes.ts'

test('the oldest entry makes room for a new one', () => {
  const map = createBoundedMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('c', 3)
  expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([undefined, 2, 3, 2])
})

test('what is set again is the youngest, and nothing has to go for it', () => {
  const map = createBoundedMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  expect([map.get('a'), map.get('b'), map.size]).toEqual([3, 2, 2])
  map.set('c', 4)
  expect([map.get('a'), map.get('b')]).toEqual([3, undefined])
})

test('reading an entry does not make it younger', () => {
  const map = createBoundedMap<number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.get('a')
  map.set('c', 3)
  expect(map.get('a')).toBeUndefined()
})

test('a deleted entry leaves its room, and one that is not there is no matter', () => {
  const map = createBoundedMap<number>(1)
  map.set('a', 1)
  map.delete('b')
  map.delete('a')
  expect(map.size).toBe(0)
  map.set('b', 2)
  expect(map.get('b')).toBe(2)
})

test('the name of every key is its own', () => {
  const map = createBoundedMap<number>(10)
  for (const key of ['__proto__', 'constructor', 'toString', '']) {
    expect(map.get(key)).toBeUndefined()
    map.set(key, 1)
    expect(map.get(key)).toBe(1)
  }
  expect(Object.prototype).not.toHaveProperty('1')
})

test('a million keys leave as many as fit', () => {
  const map = createBoundedMap<number>(1_000)
  for (let index = 0; index < 1_000_000; index += 1) map.set(String(index), index)
  expect([map.size, map.get('999000'), map.get('998999')]).toEqual([1_000, 999_000, undefined])
})

test('entries of any age can go, and the order of the others stays', () => {
  const map = createBoundedMap<number>(3)
  for (const key of ['a', 'b', 'c']) map.set(key, 0)
  map.delete('b')
  map.set('d', 0)
  map.set('e', 0)
  expect(['a', 'b', 'c', 'd', 'e'].filter((key) => map.get(key) === 0)).toEqual(['c', 'd', 'e'])
  map.delete('e')
  map.delete('c')
  map.set('f', 0)
  map.set('g', 0)
  map.set('h', 0)
  expect(['d', 'f', 'g', 'h'].filter((key) => map.get(key) === 0)).toEqual(['f', 'g', 'h'])
})

test('entries that are set again and again take no more memory', () => {
  const map = createBoundedMap<number>(100_000)
  const setAll = (times: number): void => {
    for (let index = 0; index < times; index += 1) map.set(`key ${index % 100}`, index)
  }
  setAll(10_000)
  const before = usedBytes()
  setAll(1_000_000)
  expect(usedBytes() - before).toBeLessThan(10_000_000)
})
