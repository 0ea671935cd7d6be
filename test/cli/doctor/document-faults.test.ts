import { afterAll, beforeAll, describe } from 'vitest'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import {
  at,
  challenged,
  fromOrigin,
  gone,
  INSPECTOR,
  RESOURCE_METADATA,
  type Row,
  redirected,
  testFaults,
} from './faults.ts'
import { withDocument } from './faulty-fetch.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const ROWS: readonly Row[] = [
  [
    'offline_access in the challenge',
    challenged((value) => value.replace('notes:read', 'notes:read offline_access')),
    'offline-access',
    'warn',
  ],
  [
    'offline_access in the metadata',
    withDocument(RESOURCE_METADATA, { scopes_supported: ['offline_access'] }),
    'offline-access',
    'warn',
  ],
  [
    'no resource metadata',
    (one) => (one.url.pathname.includes(RESOURCE_METADATA) ? gone(one) : undefined),
    'resource-metadata',
    'fail',
  ],
  [
    'no authorization servers',
    withDocument(RESOURCE_METADATA, { authorization_servers: [] }),
    'resource-metadata',
    'fail',
  ],
  [
    'metadata as text',
    ({ url }) =>
      url.pathname.includes(RESOURCE_METADATA)
        ? { headers: { 'Content-Type': 'text/plain' } }
        : undefined,
    'resource-metadata',
    'warn',
  ],
  [
    'another resource',
    withDocument(RESOURCE_METADATA, { resource: 'https://other.example/mcp' }),
    'resource',
    'fail',
  ],
  [
    'a resource with a fragment',
    withDocument(RESOURCE_METADATA, { resource: 'https://other.example/mcp#a' }),
    'resource',
    'fail',
  ],
  [
    'no pages',
    fromOrigin(INSPECTOR, ({ method }) => (method === 'OPTIONS' ? { status: 404 } : undefined)),
    'web-pages',
    'note',
  ],
  [
    'a preflight without Authorization',
    fromOrigin(INSPECTOR, ({ method }) =>
      method === 'OPTIONS' ? { headers: { 'Access-Control-Allow-Headers': 'accept' } } : undefined,
    ),
    'web-pages',
    'warn',
  ],
  [
    'a 401 that pages cannot read',
    fromOrigin(INSPECTOR, ({ method }) =>
      method === 'POST' ? { headers: { 'Access-Control-Allow-Origin': undefined } } : undefined,
    ),
    'web-pages',
    'warn',
  ],
  [
    'a challenge that pages cannot see',
    fromOrigin(INSPECTOR, () => ({ headers: { 'Access-Control-Expose-Headers': undefined } })),
    'web-pages',
    'warn',
  ],
  [
    'metadata that pages cannot read',
    ({ url }) =>
      url.pathname.includes(RESOURCE_METADATA)
        ? { headers: { 'Access-Control-Allow-Origin': undefined } }
        : undefined,
    'web-pages',
    'warn',
  ],
  [
    'a page where the metadata would be',
    at('/.well-known/oauth-protected-resource', () => ({ status: 200, text: '<h1>Hi</h1>' })),
    'well-known',
    'warn',
  ],
  [
    'a failure where the metadata would be',
    at('/.well-known/oauth-protected-resource', () => ({ status: 502, text: 'no' })),
    'well-known',
    'warn',
  ],
  [
    'the other slash is open',
    at('/mcp/', () => ({ status: 200, text: '{}' })),
    'trailing-slash',
    'fail',
  ],
  [
    'the other slash redirects',
    at('/mcp/', () => redirected(301, '/mcp')),
    'trailing-slash',
    'warn',
  ],
  [
    'the other slash is another resource',
    at('/mcp/', () => ({
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer resource_metadata="https://b.example"' },
    })),
    'trailing-slash',
    'warn',
  ],
  [
    'nothing for the first revision',
    at('/.well-known/oauth-authorization-server', gone),
    'first-era',
    'note',
  ],
  [
    'a header field that names the server',
    ({ sent, text, url }) =>
      url.pathname.includes(RESOURCE_METADATA) && sent.has('x-forwarded-host')
        ? { text: text.replaceAll(url.host, sent.get('x-forwarded-host') ?? '') }
        : undefined,
    'forwarded-host',
    'fail',
  ],
]

describe('doctor finds', () => {
  testFaults(ROWS, [], () => world)
})
