import { afterAll, beforeAll, describe } from 'vitest'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import { at, type Row, redirected, testFaults } from './faults.ts'
import { withDocument } from './faulty-fetch.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const ROWS: readonly Row[] = [
  [
    'no registration',
    at('/register', () => ({ status: 400, text: '{"error":"x"}' })),
    'registers',
    'fail',
  ],
  [
    'a registration without refresh_token',
    withDocument('/register', { grant_types: ['authorization_code'] }),
    'registers',
    'warn',
  ],
  [
    'any redirect URI',
    at('/authorize', ({ url }) =>
      url.href.includes('doctor.invalid')
        ? redirected(302, 'https://doctor.invalid/callback?error=x')
        : undefined,
    ),
    'redirect-uri',
    'fail',
  ],
  [
    'no PKCE',
    at('/authorize', ({ url }) =>
      url.searchParams.has('code_challenge') ? undefined : redirected(303, '/interaction/1'),
    ),
    'pkce-required',
    'fail',
  ],
]

describe('doctor --active finds', () => {
  testFaults(ROWS, ['--active'], () => world)
})
