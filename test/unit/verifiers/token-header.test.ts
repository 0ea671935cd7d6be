import { expect, test } from 'vitest'
import { decodeTokenHeader } from '../../../src/verifiers/index.ts'
import { encodeSegment } from '../../security/support/token-forge.ts'

const HEADER = { alg: 'ES256', kid: 'key-1' }

test('the header of a signed or encrypted token is what stands before its first dot', () => {
  expect(decodeTokenHeader(`${encodeSegment(HEADER)}.e30.AAAA`)).toEqual(HEADER)
  expect(decodeTokenHeader(`${encodeSegment(HEADER)}.a.b.c.d`)).toEqual(HEADER)
})

test.each([
  ['an empty text', ''],
  ['an empty header', '.e30.AAAA'],
  ['a secret that is no token', 'ghp_0123'],
  ['padding', `${Buffer.from('{"a":1 }').toString('base64')}.e30.AAAA`],
  ['JSON that is no object', `${Buffer.from('[]').toString('base64url')}.e30.AAAA`],
  ['a name that comes twice', `${Buffer.from('{"a":1,"a":2}').toString('base64url')}.e30.AAAA`],
])('there is no header in %s', (_title, token) => {
  expect(decodeTokenHeader(token)).toBe(undefined)
})
