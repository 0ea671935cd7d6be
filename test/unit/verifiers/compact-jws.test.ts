import { describe, expect, test } from 'vitest'
import { decodeCompactJws } from '../../../src/verifiers/compact-jws.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url')

const HEADER = encode('{"alg":"ES256"}')
const PAYLOAD = encode('{"sub":"alice"}')
const refused = (reason: string): object => ({ ok: false, reason })

describe('decodeCompactJws', () => {
  test('takes a token apart', () => {
    expect(decodeCompactJws(`${HEADER}.${PAYLOAD}.AAAA`)).toEqual({
      ok: true,
      value: { header: { alg: 'ES256' }, claims: { sub: 'alice' }, isSigned: true },
    })
  })

  test('tells an empty signature', () => {
    expect(decodeCompactJws(`${HEADER}.${PAYLOAD}.`)).toMatchObject({ value: { isSigned: false } })
  })

  test.each([
    '',
    '.',
    '..',
    'a',
    `${HEADER}.${PAYLOAD}`,
    `${HEADER}.${PAYLOAD}.A.A`,
    `.${PAYLOAD}.AAAA`,
    `${HEADER}..AAAA`,
    `${HEADER}.${PAYLOAD}.AAAA.AAAA`,
  ])('%j is no token of three segments', (token) => {
    expect(decodeCompactJws(token)).toEqual(refused('format'))
  })

  test.each(['=', '==', '+', '/', ' ', '\n', '%', ',', '~', 'é', '\0'])(
    'the character %j is in no segment',
    (character) => {
      for (const at of [0, 1, 2]) {
        const segments = [HEADER, PAYLOAD, 'AAAA']
        for (const spelt of [`${segments[at]}${character}`, `${character}${segments[at]}`]) {
          expect(decodeCompactJws(segments.with(at, spelt).join('.'))).toEqual(refused('format'))
        }
      }
    },
  )

  test('of all spellings of one byte, only the one that an encoder writes is read', () => {
    const spellings = ALPHABET.split('').map((last) => `A${last}`)
    const read = spellings.filter(
      (spelling) => decodeCompactJws(`${HEADER}.${PAYLOAD}.${spelling}`).ok,
    )
    expect(read).toEqual(['AA', 'AQ', 'Ag', 'Aw'])
    expect(read.map((spelling) => encode(Buffer.from(spelling, 'base64url')))).toEqual(read)
  })

  test('of all spellings of two bytes, only those that an encoder writes are read', () => {
    const spellings = ALPHABET.split('').map((last) => `AA${last}`)
    const read = spellings.filter(
      (spelling) => decodeCompactJws(`${HEADER}.${PAYLOAD}.${spelling}`).ok,
    )
    expect(read.join('')).toBe(
      ALPHABET.split('')
        .filter((_, n) => n % 4 === 0)
        .map((c) => `AA${c}`)
        .join(''),
    )
  })

  test.each([0, 1, 2, 3, 4, 31, 32, 33, 63, 64, 65])('%i bytes of signature are read', (length) => {
    const signature = encode(Buffer.alloc(length, 0xff))
    expect(decodeCompactJws(`${HEADER}.${PAYLOAD}.${signature}`).ok).toBe(true)
  })

  test.each([1, 5, 9])('%i characters are no whole bytes', (length) => {
    const token = `${HEADER}.${PAYLOAD}.${'A'.repeat(length)}`
    expect(decodeCompactJws(token)).toEqual(refused('format'))
  })

  test('8,192 characters are read, and one more is not', () => {
    const rest = 8_192 - HEADER.length - PAYLOAD.length - 2
    const token = `${HEADER}.${PAYLOAD}.${'A'.repeat(rest)}`
    expect(decodeCompactJws(token).ok).toBe(true)
    expect(decodeCompactJws(`${token}A`)).toEqual(refused('size'))
  })

  test('the size is looked at before the format', () => {
    expect(decodeCompactJws('.'.repeat(8_193))).toEqual(refused('size'))
  })

  test('header and payload are JSON objects, each for itself', () => {
    expect(decodeCompactJws(`${encode('[]')}.${PAYLOAD}.AAAA`)).toEqual(refused('json'))
    expect(decodeCompactJws(`${HEADER}.${encode('"alice"')}.AAAA`)).toEqual(refused('json'))
  })
})
