import { expect, test } from 'vitest'
import { clientAddress } from '../../../src/http/index.ts'
import { inbound } from './inbound.ts'

const PEER = '198.51.100.7'

test.each<[string, number, string[], string | undefined]>([
  ['no proxy: the field is not read', 0, ['1.1.1.1'], PEER],
  ['one proxy: the last entry', 1, ['1.1.1.1, 2.2.2.2'], '2.2.2.2'],
  ['two proxies: the last but one', 2, ['1.1.1.1, 2.2.2.2'], '1.1.1.1'],
  ['lines are one list', 1, ['1.1.1.1', '2.2.2.2'], '2.2.2.2'],
  ['lines are one list, for two proxies', 2, ['9.9.9.9, 1.1.1.1', '2.2.2.2'], '1.1.1.1'],
  ['fewer entries than proxies', 3, ['1.1.1.1, 2.2.2.2'], PEER],
  ['no field', 1, [], PEER],
  ['a port', 1, ['2.2.2.2:8080'], '2.2.2.2'],
  ['IPv6', 1, ['2001:db8::1'], '2001:db8::1'],
  ['IPv6 in brackets', 1, ['[2001:db8::1]'], '2001:db8::1'],
  ['IPv6 in brackets with a port', 1, ['[2001:db8::1]:443'], '2001:db8::1'],
  ['IPv4 in IPv6', 1, ['::ffff:192.0.2.1'], '::ffff:192.0.2.1'],
  ['a zone', 1, ['fe80::1%eth0'], PEER],
  ['unknown', 1, ['unknown'], PEER],
  ['an obfuscated name', 1, ['_hidden'], PEER],
  ['a name', 1, ['client.example.com'], PEER],
  ['an octet over 255', 1, ['256.1.1.1'], PEER],
  ['three octets', 1, ['1.1.1'], PEER],
  ['an empty entry', 1, ['1.1.1.1,'], PEER],
  ['a newline', 1, ['2.2.2.2\n'], '2.2.2.2'],
  ['markup', 1, ['<script>'], PEER],
  ['a very long entry', 1, ['1'.repeat(100_000)], PEER],
  ['10,000 entries', 1, [`${'1.1.1.1,'.repeat(9_999)}2.2.2.2`], '2.2.2.2'],
])('%s', (_what, hops, lines, expected) => {
  expect(clientAddress(inbound({ 'x-forwarded-for': lines }, { peer: PEER }), hops)).toBe(expected)
})

test('a platform that names no peer has none to fall back on', () => {
  expect(clientAddress(inbound({}), 0)).toBeUndefined()
  expect(clientAddress(inbound({ 'x-forwarded-for': ['unknown'] }), 1)).toBeUndefined()
})
