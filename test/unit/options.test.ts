import { expect, test } from 'vitest'
import { requireKnownOptions } from '../../src/options/index.ts'

const read = (options: unknown) => () => requireKnownOptions(options as object, ['clock'], 'memory')

test('options that exist are taken, and none at all', () => {
  expect(read({ clock: undefined })).not.toThrow()
  expect(read({})).not.toThrow()
})

test('an option that does not exist is named with its place', () => {
  expect(read({ clok: 1 })).toThrow(/^memory\.clok\b/)
})

test.each([undefined, null, 'clock', 1, [], ['clock']])('%j is no object of options', (options) => {
  expect(read(options)).toThrow(/^memory \(an object\)/)
})
