import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CheckVerdict } from '../../../src/cli/doctor/finding.ts'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import {
  at,
  atMcp,
  GOOD,
  is,
  type Row,
  SERVER_METADATA,
  testFaults,
  tokenIs,
  withoutToken,
  withToken,
} from './faults.ts'
import { type Fault, faultyFetch, withDocument } from './faulty-fetch.ts'
import { createUser, examine } from './support.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenWith = (claims: object): string => `${segment({ alg: 'ES256' })}.${segment(claims)}.AAAA`

const ROWS: readonly Row[] = [
  [
    'no tokens',
    at('/token', () => ({ status: 400, text: '{"error":"invalid_grant"}' })),
    'sign-in',
    'fail',
  ],
  ['a token that is refused', tokenIs('initialize', () => ({ status: 401 })), 'call', 'fail'],
  ['a list that fails', tokenIs('tools/list', () => ({ status: 500 })), 'call', 'fail'],
  [
    'older revisions only',
    tokenIs('server/discover', () => ({ status: 400 })),
    'modern-era',
    'note',
  ],
  [
    'iss that no metadata tells of',
    withDocument(SERVER_METADATA, { authorization_response_iss_parameter_supported: undefined }),
    'iss-sent',
    'warn',
  ],
  [
    'tokens for nobody',
    withDocument('/token', { access_token: tokenWith({}) }),
    'token-audience',
    'fail',
  ],
  [
    'tokens for somebody else',
    withDocument('/token', { access_token: tokenWith({ aud: 'api://x' }) }),
    'token-audience',
    'note',
  ],
  ['opaque tokens', withDocument('/token', { access_token: 'opaque' }), 'token-audience', 'note'],
  ['long lives', withDocument('/token', { expires_in: 90_000 }), 'token-lifetime', 'warn'],
  [
    'lives that nobody tells',
    withDocument('/token', { expires_in: undefined }),
    'token-lifetime',
    'note',
  ],
  [
    'tokens with another signature',
    withToken(({ status }) => (status === 401 ? GOOD : undefined)),
    'altered-token',
    'fail',
  ],
  [
    'good tokens in the query',
    atMcp(({ url }) => (url.search.length > 100 ? GOOD : undefined)),
    'token-in-query',
    'fail',
  ],
  [
    'batches that break it',
    withToken(({ body }) => (body.startsWith('[') ? { status: 500 } : undefined)),
    'batch',
    'fail',
  ],
  [
    'mirrors that nobody compares',
    withToken(({ sent }) => (sent.get('mcp-method') === 'tools/list' ? GOOD : undefined)),
    'header-mismatch',
    'fail',
  ],
  [
    'mirrors with another code',
    withToken(({ sent }) =>
      sent.get('mcp-method') === 'tools/list' ? { status: 400, text: '{}' } : undefined,
    ),
    'header-mismatch',
    'warn',
  ],
  [
    'sessions instead of tokens',
    withoutToken((one) => (is('tools/list')(one) ? GOOD : undefined)),
    'session',
    'fail',
  ],
  [
    'the same refresh token',
    (() => {
      let first: string | undefined
      return at('/token', ({ text, status }) => {
        if (status !== 200) return undefined
        const answer = JSON.parse(text) as { refresh_token: string }
        first ??= answer.refresh_token
        return { text: JSON.stringify({ ...answer, refresh_token: first }) }
      })
    })(),
    'rotation',
    'warn',
  ],
  [
    'refresh tokens for nobody',
    at('/token', ({ body }) =>
      body.includes('refresh_token')
        ? { status: 400, text: '{"error":"invalid_grant"}' }
        : undefined,
    ),
    'rotation',
    'fail',
  ],
]

describe('doctor --sign-in finds', () => {
  testFaults(ROWS, ['--sign-in'], () => world)
})

/** `initialize` with a good token, from the second time on. */
function afterFirst(fault: Fault): Fault {
  let count = 0
  return withToken((one) => {
    if (!is('initialize')(one) || one.status !== 200) return undefined
    count += 1
    return count === 1 ? undefined : fault(one)
  })
}

const SHORT = withDocument('/token', { expires_in: 1 })
const both =
  (first: Fault, second: Fault): Fault =>
  (one) =>
    first(one) ?? second(one)
const EXPIRED = { status: 401, headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } }
const LACKING = 'Bearer error="insufficient_scope", scope="notes:write"'

describe('doctor --sign-in sees', () => {
  test.each<readonly [string, Fault, string, CheckVerdict, readonly string[]]>([
    ['a token that never expires', SHORT, 'expired-token', 'fail', ['--wait', '1']],
    [
      'a token that expires',
      both(
        SHORT,
        afterFirst(() => EXPIRED),
      ),
      'expired-token',
      'pass',
      ['--wait', '1'],
    ],
    [
      'an expired token without an error code',
      both(
        SHORT,
        afterFirst(() => ({ status: 401 })),
      ),
      'expired-token',
      'warn',
      ['--wait', '1'],
    ],
    [
      'a call that the token is enough for',
      () => undefined,
      'step-up',
      'note',
      ['--call', 'whoami'],
    ],
    [
      'a call that asks for a scope',
      tokenIs('tools/call', () => ({ status: 403, headers: { 'WWW-Authenticate': LACKING } })),
      'step-up',
      'pass',
      ['--call', 'add_note'],
    ],
    [
      'a call that is forbidden without saying why',
      tokenIs('tools/call', () => ({ status: 403 })),
      'step-up',
      'warn',
      ['--call', 'add_note'],
    ],
  ])('%s', async (_title, fault, check, verdict, flags) => {
    const { report } = await examine(world.serverUrl, ['--sign-in', ...flags], {
      fetch: faultyFetch(fault),
      openUrl: createUser(),
    })
    const found = report.findings.filter((finding) => finding.check === check)
    expect(found.map((finding) => finding.verdict)).toEqual([verdict])
  })
})
