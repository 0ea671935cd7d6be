import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROWS } from './rows.ts'

/** How many rows of each system are said in its own text, or named there. */
const COUNTS = { 1: 12, 2: 14, 3: 17, 4: 14, 5: 11 }

const titles = globSync('test/parity/*.test.ts').flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^test\('(system \d: [^']+)'/gm)].map(
    ([, title = '']) => title,
  ),
)

test('every row is there once', () => {
  const features = ROWS.map(({ system, feature }) => `${system} ${feature}`)
  expect(new Set(features).size).toBe(features.length)
  const counts = Object.groupBy(ROWS, ({ system }) => system)
  const counted = Object.entries(counts).map(([system, rows]) => [system, rows.length])
  expect(Object.fromEntries(counted)).toEqual(COUNTS)
})

test('every row has its tests or says what is pending, and every test belongs to a row', () => {
  const bare = ROWS.filter(({ tests, pending = '' }) => tests.length === 0 && pending === '')
  expect(bare).toEqual([])
  const named = ROWS.flatMap(({ system, tests }) =>
    tests.map((title) => `system ${system}: ${title}`),
  )
  expect(titles.toSorted()).toEqual(named.toSorted())
})

test('these rows are pending', () => {
  const pending = ROWS.filter((row) => row.pending !== undefined)
  expect(pending.map(({ system, feature }) => `${system} ${feature}`)).toEqual([])
})
