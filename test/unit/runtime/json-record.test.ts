import { expect, test } from 'vitest'
import {
  formatRecord,
  isObject,
  isOptionalNumber,
  isOptionalString,
  isStringList,
  parseRecord,
} from '../../../src/runtime/index.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const read = (value: Uint8Array): string =>
  parseRecord(value, 1, 'Note', ({ text }) => (typeof text === 'string' ? text : undefined))

test('a record is JSON that begins with the version of its format', () => {
  const value = formatRecord(1, { text: 'é', none: undefined })
  expect(new TextDecoder().decode(value)).toBe('{"version":1,"text":"é"}')
  expect(read(value)).toBe('é')
})

test.each([
  '',
  'null',
  '[]',
  '5',
  '{}',
  '{"version":1}',
  '{"version":1,"text":5}',
  '{"version":2,"text":"a"}',
  '{"version":"1","text":"a"}',
  '{"version":1,"text":"a"',
])('%j is refused, without what the parser quotes', (text) => {
  expect(() => read(bytes(text))).toThrow(
    expect.objectContaining({
      name: 'StorageError',
      code: 'ERR_STORAGE_TAMPERED',
      retryable: false,
      message: expect.stringMatching(/^Note: The record cannot be opened/),
    }),
  )
})

test('the check sees no version, and what it throws is a record that is none', () => {
  const value = formatRecord(1, { a: 1 })
  expect(parseRecord(value, 1, 'Note', (content) => content)).toEqual({ a: 1 })
  const fail = (): never => {
    throw new TypeError('no such field')
  }
  expect(() => parseRecord(value, 1, 'Note', fail)).toThrow(
    expect.objectContaining({ code: 'ERR_STORAGE_TAMPERED' }),
  )
})

test.each([
  [isObject, [{}, { a: 1 }], [null, [], 'a', 1, undefined]],
  [isStringList, [[], ['a']], [['a', 1], {}, 'a', null]],
  [isOptionalString, ['', 'a', undefined], [null, 1, ['a']]],
  [isOptionalNumber, [0, 1.5, undefined], [null, '1', [1]]],
])('%o tells what is one', (is, right, wrong) => {
  expect(right.map((value) => is(value))).toEqual(right.map(() => true))
  expect(wrong.map((value) => is(value))).toEqual(wrong.map(() => false))
})
