import { describe, expect, test } from 'vitest'
import { readEncodedHeaderValue, readHeaderValue } from '../../src/mcp/header-value.ts'
import { readMessages } from '../../src/mcp/index.ts'
import { encoded, modernCall, REVISION } from '../unit/mcp/messages.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

const NAME_OF: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}
const method = fc.constantFrom(...Object.keys(NAME_OF))
const wellFormed = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
const name = fc.oneof(
  fc.constantFrom('add', 'größe', '', ' ', '=?base64?YQ==?=', '=?base64??=', 'a, b', '\uFEFFa'),
  wellFormed,
)
const gap = fc.constantFrom('', ' ', '\t', ' \t ')

/** What a field may say of a name, by the specification and without our parser. */
function meaningOf(line: string): string | undefined {
  if (!/^[\t -~]*$/.test(line)) return undefined
  const text = line.replace(/^[\t ]+|[\t ]+$/g, '')
  const [, base64] = /^=\?base64\?(.*)\?=$/.exec(text) ?? []
  if (base64 === undefined) return text
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.toString('base64') !== base64) return undefined
  return Buffer.from(bytes.toString()).equals(bytes) ? bytes.toString() : undefined
}

const mutatedLine = fc
  .tuple(name.map(encoded), fc.nat(), fc.constantFrom('', '=', 'A', ' ', '?', '-', '\n', 'é'))
  .map(([line, at, put]) => {
    const index = at % line.length
    return line.slice(0, index) + put + line.slice(index + (put === '' ? 1 : 0))
  })
const line = fc.oneof(name, name.map(encoded), mutatedLine)

describe('the fields that mirror a body', () => {
  test('an encoded name comes back as it was, with white space around it', () => {
    fc.assert(
      fc.property(name, gap, gap, (text, before, after) => {
        const read = readEncodedHeaderValue([`${before}${encoded(text)}${after}`])
        expect(read).toEqual({ kind: 'value', value: text })
      }),
      RUNS,
    )
  })

  test('a line has one meaning, that of the specification, or none', () => {
    fc.assert(
      fc.property(line, (text) => {
        const meant = meaningOf(text)
        const expected =
          meant === undefined ? { kind: 'malformed' } : { kind: 'value', value: meant }
        expect(readEncodedHeaderValue([text])).toEqual(expected)
      }),
      RUNS,
    )
  })

  test('two lines mean nothing, and an absent one is not an empty one', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 4 }), (lines) => {
        expect(readHeaderValue(lines)).toEqual({ kind: 'malformed' })
        expect(readEncodedHeaderValue(lines)).toEqual({ kind: 'malformed' })
      }),
      RUNS,
    )
    expect(readHeaderValue([])).toEqual({ kind: 'absent' })
    expect(readHeaderValue([''])).toEqual({ kind: 'value', value: '' })
  })

  test('a request goes on exactly where both fields say what its body says', () => {
    fc.assert(
      fc.property(
        method,
        method,
        name,
        fc.option(fc.array(line, { maxLength: 2 }), { nil: undefined }),
        (called, said, one, others) => {
          const lines = others ?? [encoded(one)]
          const body = modernCall(called, { [NAME_OF[called] ?? '']: one })
          const fields: Readonly<Record<string, readonly string[]>> = {
            'mcp-protocol-version': [REVISION],
            'mcp-method': [said],
            'mcp-name': lines,
          }
          const read = readMessages(body, (field) => fields[field] ?? [])
          const agrees = called === said && lines.length === 1 && meaningOf(lines[0] ?? '') === one
          const names =
            'code' in read ? read.code : read.operations.map((operation) => operation.name)
          // An empty name or URI is a fault of its own.
          expect(agrees ? [[one], -32_602] : [-32_020]).toContainEqual(names)
        },
      ),
      RUNS,
    )
  })
})
