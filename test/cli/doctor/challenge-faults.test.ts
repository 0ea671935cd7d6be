import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../contract/free-port.ts'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import {
  atMcp,
  BAD,
  challenged,
  fromOrigin,
  is,
  type Row,
  redirected,
  testFaults,
  withoutToken,
  withToken,
} from './faults.ts'
import { examine } from './support.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const ROWS: readonly Row[] = [
  ['a redirect', atMcp(() => redirected(308, '/other')), 'reachable', 'fail'],
  [
    'everything is let in',
    withoutToken(() => ({ status: 200, text: '{}' })),
    'unauthorized',
    'fail',
  ],
  [
    'server/discover is let in',
    withoutToken((one) => (is('server/discover')(one) ? { status: 200, text: '{}' } : undefined)),
    'unauthorized',
    'fail',
  ],
  [
    'batches are let in',
    withoutToken(({ body }) => (body.startsWith('[') ? { status: 200, text: '[]' } : undefined)),
    'unauthorized',
    'fail',
  ],
  [
    'streams are let in',
    withoutToken(({ method }) => (method === 'GET' ? { status: 200 } : undefined)),
    'unauthorized',
    'fail',
  ],
  ['a 401 without a challenge', challenged(() => undefined), 'challenge', 'warn'],
  [
    'a challenge without resource_metadata',
    challenged(() => 'Bearer realm="mcp"'),
    'challenge',
    'warn',
  ],
  [
    'a relative resource_metadata',
    challenged(() => 'Bearer resource_metadata="/.well-known/x"'),
    'challenge',
    'fail',
  ],
  [
    'an error for whoever sent nothing',
    challenged((value) => `${value}, error="invalid_token"`),
    'challenge-error',
    'warn',
  ],
  [
    'no scope in the challenge',
    challenged((value) => value.replace(/, scope="[^"]*"/, '')),
    'challenge-scope',
    'note',
  ],
  [
    'a token that nobody issued is let in',
    withToken(({ sent }) =>
      sent.get('authorization') === BAD ? { status: 200, text: '{}' } : undefined,
    ),
    'bad-token',
    'fail',
  ],
  ['a bad token is 403', withToken(() => ({ status: 403 })), 'bad-token', 'fail'],
  [
    'a bad token without an error code',
    withToken(({ headers }) => ({
      headers: {
        'WWW-Authenticate': headers.get('www-authenticate')?.replace(/error="invalid_token", /, ''),
      },
    })),
    'bad-token',
    'warn',
  ],
  [
    'a bad token without resource_metadata',
    withToken(() => ({ headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } })),
    'bad-token',
    'warn',
  ],
  [
    'tokens from the query',
    atMcp(({ url }) => (url.search === '' ? undefined : { status: 200, text: '{}' })),
    'query-token',
    'fail',
  ],
  [
    'a body that is no JSON breaks it',
    atMcp(({ body }) => (body === '{"jsonrpc":' ? { status: 500 } : undefined)),
    'malformed-body',
    'fail',
  ],
  [
    'a body that is no JSON is read first',
    atMcp(({ body }) => (body === '{"jsonrpc":' ? { status: 400 } : undefined)),
    'malformed-body',
    'note',
  ],
  ['any origin', fromOrigin('https://doctor.invalid', () => ({ status: 401 })), 'origin', 'warn'],
  [
    'a clock that is late',
    atMcp(() => ({ headers: { Date: new Date(Date.now() - 60_000).toUTCString() } })),
    'clock',
    'warn',
  ],
  [
    'a clock of another hour',
    atMcp(() => ({ headers: { Date: new Date(Date.now() + 3_600_000).toUTCString() } })),
    'clock',
    'fail',
  ],
]

describe('doctor finds', () => {
  testFaults(ROWS, [], () => world)

  test('that nobody answers, and nothing that follows from that', async () => {
    const port = await freePort()
    const { code, report } = await examine(`http://127.0.0.1:${port}/mcp`)
    expect(code).toBe(1)
    expect(report.findings).toMatchObject([
      {
        check: 'reachable',
        verdict: 'fail',
        seen: `POST http://127.0.0.1:${port}/mcp: ECONNREFUSED`,
      },
    ])
    const reasons = report.clients.map(({ verdict, reasons: [first] }) => `${verdict}: ${first}`)
    expect(new Set(reasons)).toEqual(new Set(['fails: see reachable']))
  })
})
