import { expect, test } from 'vitest'
import { decodeCompactJwe } from '../../../src/verifiers/compact-jwe.ts'
import { encodeSegment } from '../../security/support/token-forge.ts'

const ALGORITHMS = new Set(['RSA-OAEP-256', 'ECDH-ES+A256KW'])
const HEADER = { alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: 'enc-1' }
const REST = '.AAAA.AAAA.AAAA.AAAA'

const decode = (token: string) => decodeCompactJwe(token, ALGORITHMS)
const decodeHeader = (changes: object) => decode(encodeSegment({ ...HEADER, ...changes }) + REST)
const refused = (reason: string) => ({ ok: false, reason })

test('of a token that is worth decrypting the header is read', () => {
  expect(decode(encodeSegment(HEADER) + REST)).toEqual({
    ok: true,
    value: { alg: 'RSA-OAEP-256', kid: 'enc-1', parameters: HEADER },
  })
})

test.each(['JWT', 'jwt', 'application/jwt', 'at+jwt', 'Application/AT+JWT'])(
  'the content may say that it is %s',
  (cty) => {
    expect(decodeHeader({ cty }).ok).toBe(true)
  },
)

test.each([
  ['alg', { alg: 'RSA1_5' }],
  ['alg', { alg: undefined }],
  ['alg', { alg: ['RSA-OAEP-256'] }],
  ['kid', { kid: undefined }],
  ['kid', { kid: 7 }],
  ['crit', { crit: ['exp'] }],
  ['zip', { zip: 'DEF' }],
  ['enc', { enc: 'A128CBC-HS256' }],
  ['enc', { enc: undefined }],
  ['nesting', { cty: 'JWE' }],
  ['nesting', { cty: 'x-application/jwt' }],
  ['nesting', { cty: '' }],
  ['nesting', { cty: null }],
])('it is refused for its %s: %j', (reason, changes) => {
  expect(decodeHeader(changes)).toEqual(refused(reason))
})

test.each([
  ['AAAA.AAAA.AAAA', 'not_encrypted'],
  ['', 'format'],
  [`${encodeSegment(HEADER)}.AAAA.AAAA.AAAA`, 'format'],
  [`${encodeSegment(HEADER)}${REST}.AAAA`, 'format'],
  [REST, 'format'],
  [`${encodeSegment(HEADER)}.AAAA..AAAA.AAAA`, 'format'],
  [`${encodeSegment(HEADER)}.AAAA.AAAA..AAAA`, 'format'],
  [`${encodeSegment(HEADER)}.AAAA.AAAA.AAAA.`, 'format'],
  [`${encodeSegment(HEADER)}.AAAA.AAAA.AAAA.AB`, 'format'],
  [`AAAA${REST}`, 'json'],
])('%j is refused: %s', (token, reason) => {
  expect(decode(token)).toEqual(refused(reason))
})

test('the encrypted key may be empty: some algorithms have none', () => {
  expect(decode(`${encodeSegment(HEADER)}..AAAA.AAAA.AAAA`).ok).toBe(true)
})

test('12,288 characters are read, and one more is not', () => {
  const start = `${encodeSegment(HEADER)}.AAAA.AAAA.AAAA.`
  const length = 12_288 - start.length
  const tag = 'A'.repeat(length - (length % 4))
  const token = `${start.replace('.AAAA.', `.${'A'.repeat(4 + (length % 4))}.`)}${tag}`
  expect([token.length, decode(`${token}A`)]).toEqual([12_288, refused('size')])
  expect(decode(token)).not.toEqual(refused('size'))
})
