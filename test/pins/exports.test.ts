import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ENTRIES } from './entries.ts'
import { SRC, sourceExports } from './source-exports.ts'

test('the entries of the package are these', () => {
  const manifest: unknown = JSON.parse(readFileSync(join(SRC, '../package.json'), 'utf8'))
  const { exports } = z.object({ exports: z.record(z.string(), z.unknown()) }).parse(manifest)
  expect(Object.keys(exports).toSorted()).toEqual(
    [
      ...Object.keys(ENTRIES).map((name) => name.replace('mcp-gatehouse', '.')),
      './package.json',
    ].toSorted(),
  )
})

test.each(Object.entries(ENTRIES))('%s exports these values', async (name, { values }) => {
  const entry: object = await import(name)
  expect(Object.keys(entry).toSorted()).toEqual(values)
})

test.each(Object.entries(ENTRIES))('%s exports these types', (_name, { file, values, types }) => {
  const names = sourceExports(file).filter((name) => !values.includes(name))
  expect(names).toEqual(types)
})
