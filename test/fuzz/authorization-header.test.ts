import { describe, expect, test } from 'vitest'
import { parseBearerToken } from '../../src/oauth/index.ts'
import * as fc from './fast-check.ts'
import { RUNS } from './runs.ts'

// b64token, RFC 6750 §2.1
const CHARACTERS = 'ABCXYZabcxyz0189-._~+/'
const b64token = fc
  .tuple(
    fc.array(fc.constantFrom(...CHARACTERS.split('')), { minLength: 1, maxLength: 60 }),
    fc.nat(3),
  )
  .map(([characters, padding]) => characters.join('') + '='.repeat(padding))
const ONE_TOKEN = /^bearer +[a-z0-9\-._~+/]+=*$/i
const scheme = fc.constantFrom('Bearer', 'bearer', 'BEARER', 'bEaReR')
const spaces = fc.integer({ min: 1, max: 4 }).map((count) => ' '.repeat(count))
// Texts that come close, and any others.
const line = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        'Bearer',
        'bearer',
        'Basic',
        ' ',
        '  ',
        '\t',
        ',',
        '=',
        'abc',
        '.',
        '"',
        '\n',
        '\0',
        'é',
      ),
    )
    .map((parts) => parts.join('')),
)

describe('the parser of bearer credentials', () => {
  test('never throws, and finds a token exactly where the grammar has one', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
        const credentials = parseBearerToken(lines)
        const isOne = lines.length === 1 && ONE_TOKEN.test(lines[0] ?? '')
        expect(credentials.kind === 'token').toBe(isOne)
        expect(['absent', 'malformed', 'token']).toContain(credentials.kind)
      }),
      RUNS,
    )
  })

  test('finds every token of the grammar, character by character', () => {
    fc.assert(
      fc.property(scheme, spaces, b64token, (name, gap, token) => {
        expect(parseBearerToken([`${name}${gap}${token}`])).toEqual({ kind: 'token', token })
      }),
      RUNS,
    )
  })

  test('two lines are malformed, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 2, maxLength: 4 }), (lines) => {
        expect(parseBearerToken(lines)).toEqual({ kind: 'malformed' })
      }),
      RUNS,
    )
  })

  test('two tokens that a platform joined with a comma are malformed', () => {
    fc.assert(
      fc.property(scheme, b64token, b64token, fc.constantFrom(',', ', '), (name, a, b, comma) => {
        const joined = `${name} ${a}${comma}${name} ${b}`
        expect(parseBearerToken([joined])).toEqual({ kind: 'malformed' })
      }),
      RUNS,
    )
  })

  test('a character outside the grammar anywhere in a token makes it malformed', () => {
    const outside = fc.constantFrom(...' \t\n\0"(),:;<>?@[]{}\\%!#$&\'*^`|é😀'.split(''))
    fc.assert(
      fc.property(scheme, b64token, outside, b64token, (name, before, character, after) => {
        const credentials = parseBearerToken([`${name} ${before}${character}${after}`])
        expect(credentials).toEqual({ kind: 'malformed' })
      }),
      RUNS,
    )
  })
})
