import { definePolicy } from 'mcp-gatehouse'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { parseChallenges } from '../../src/cli/doctor/challenge.ts'
import { clientAddress, parseHost, parseTarget } from '../../src/http/index.ts'
import { addressGroup } from '../../src/limits/index.ts'
import { readMessages } from '../../src/mcp/index.ts'
import { spellingsOf } from '../../src/mcp/resource-uri.ts'
import {
  checkAuthorizationQuery,
  checkRedirectUri,
  isScopeToken,
  matchesRedirectUri,
  parseAccessToken,
  parseBearerToken,
  parseIssuerIdentifier,
  parseResourceIdentifier,
} from '../../src/oauth/index.ts'
import { plainText } from '../../src/pages/index.ts'
import { parseStrictObject } from '../../src/verifiers/strict-json.ts'
import { REVISION, REVISION_KEY } from '../unit/mcp/messages.ts'

// Whatever reads text of strangers with a pattern, against the corpus that patterns go wrong on.

const LENGTH = 100_000
const CORPUS: Readonly<Record<string, (length: number) => string>> = {
  letters: (length) => 'a'.repeat(length),
  'letters and an end that fits nowhere': (length) => `${'a'.repeat(length)}\u0000`,
  spaces: (length) => ' '.repeat(length),
  'spaces and a letter': (length) => `${' '.repeat(length)}a`,
  commas: (length) => ','.repeat(length),
  'pairs of quotes': (length) => '"\\'.repeat(length / 2),
  'path segments': (length) => '/a'.repeat(length / 2),
  'segments upwards': (length) => '/../'.repeat(length / 4),
  'escapes of escapes': (length) => '%2525'.repeat(length / 5),
  braces: (length) => '{a}'.repeat(length / 3),
  asterisks: (length) => 'a*'.repeat(length / 2),
  colons: (length) => '1:'.repeat(length / 2),
  dots: (length) => '1.'.repeat(length / 2),
  brackets: (length) => '['.repeat(length),
  'base64 without an end': (length) => `Bearer ${'A='.repeat(length / 2)}`,
  'a scheme and spaces': (length) => `Bearer${' '.repeat(length)}x y`,
  'other schemes': (length) => `Basic ${'Bearer,'.repeat(length / 7)}`,
  'a URI of letters': (length) => `x://${'a'.repeat(length)}`,
  'a URI of segments': (length) => `https://a${'/a'.repeat(length / 2)}#`,
  'a loopback address': (length) => `http://127.0.0.1:${'1'.repeat(length)}`,
  'many parameters': (length) => 'a=1&'.repeat(length / 4),
  'many challenges': (length) => 'Bearer a="\\",'.repeat(length / 13),
}

const policy = definePolicy({
  tools: { '*a*b*c*': [], '*a*a*a*a*b': [] },
  resources: {
    'file:///{path}/{name}.md': [],
    'x://{+rest}/y/{z}': [],
    'x://{a}a{b}a{c}a{d}b': [],
    'x://*{a}b': [],
  },
  unlisted: 'deny',
})
const principal = createPrincipal({ sub: 'alice' })
const decide = (kind: 'tool' | 'resource', method: string) => (name: string) =>
  policy.decide(principal, { kind, method, name, args: {}, requestId: 1 }, 0)

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'search', _meta: { [REVISION_KEY]: REVISION } },
}

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'bearer token': (text) => parseBearerToken([text]),
  'access token': (text) => parseAccessToken([text]),
  scope: isScopeToken,
  issuer: parseIssuerIdentifier,
  resource: parseResourceIdentifier,
  host: parseHost,
  target: parseTarget,
  'forwarded address': (text) => clientAddress({ header: () => [text], peer: undefined }, 1),
  'address of a limit': addressGroup,
  'redirect URI': (text) => checkRedirectUri(text, new Set(['x'])),
  'loopback redirect URI': (text) => matchesRedirectUri(text, 'http://127.0.0.1/cb'),
  'authorization request': checkAuthorizationQuery,
  challenge: parseChallenges,
  claims: (text) => parseStrictObject(Buffer.from(JSON.stringify({ [text]: [text] }))),
  'mirrored name': (text) =>
    readMessages(CALL, (name) => [name === 'mcp-protocol-version' ? REVISION : text]),
  'spellings of a resource': spellingsOf,
  'text of a page': (text) => plainText(text, 300),
  'name of a tool': decide('tool', 'tools/call'),
  'URI of a resource': decide('resource', 'resources/read'),
}

/** The processor's time, in steps of up to 10 ms: a clock would count who else is on the machine. */
function millisecondsOf(read: (text: string) => unknown, text: string, times: number): number {
  const before = process.threadCpuUsage()
  for (let time = 0; time < times; time += 1) read(text)
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1_000
}

/** A reader that backtracks takes ten times as long for one text as for ten of a tenth its length. */
test.each(Object.entries(READERS))('SEC-352: %s, in linear time', (_name, read) => {
  const slow = Object.entries(CORPUS).flatMap(([input, build]) => {
    const large = millisecondsOf(read, build(LENGTH), 4)
    if (large < 50) return []
    const small = millisecondsOf(read, build(LENGTH / 10), 40)
    return large > 4 * (small + 10) ? [[input, small, large]] : []
  })
  expect(slow).toEqual([])
})
