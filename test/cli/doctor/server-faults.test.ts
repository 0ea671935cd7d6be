import { afterAll, beforeAll, describe } from 'vitest'
import { type OwnWorld, startOwnWorld } from '../../e2e/own-world.ts'
import { at, type Row, SERVER_METADATA, testFaults } from './faults.ts'
import { withDocument } from './faulty-fetch.ts'

let world: OwnWorld

beforeAll(async () => {
  world = await startOwnWorld({ users: [{ username: 'alice', password: 'wonderland' }] })
})
afterAll(() => world.close())

const ROWS: readonly Row[] = [
  [
    'no metadata of the authorization server',
    ({ url }) =>
      /oauth-authorization-server|openid-configuration/.test(url.pathname)
        ? { status: 404, text: 'no' }
        : undefined,
    'server-metadata',
    'fail',
  ],
  [
    'another issuer',
    withDocument(SERVER_METADATA, { issuer: 'https://other.example' }),
    'server-metadata',
    'fail',
  ],
  [
    'no token endpoint',
    withDocument(SERVER_METADATA, { token_endpoint: undefined }),
    'server-metadata',
    'fail',
  ],
  [
    'no PKCE methods',
    withDocument(SERVER_METADATA, { code_challenge_methods_supported: undefined }),
    'pkce',
    'fail',
  ],
  [
    'PKCE without S256',
    withDocument(SERVER_METADATA, { code_challenge_methods_supported: ['plain'] }),
    'pkce',
    'fail',
  ],
  [
    'no registration of any kind',
    withDocument(SERVER_METADATA, {
      registration_endpoint: undefined,
      client_id_metadata_document_supported: false,
    }),
    'registration',
    'warn',
  ],
  [
    'documents only',
    withDocument(SERVER_METADATA, { registration_endpoint: undefined }),
    'registration',
    'note',
  ],
  [
    'registration only',
    withDocument(SERVER_METADATA, { client_id_metadata_document_supported: false }),
    'registration',
    'note',
  ],
  [
    'no iss',
    withDocument(SERVER_METADATA, { authorization_response_iss_parameter_supported: undefined }),
    'iss',
    'warn',
  ],
  [
    'no refresh tokens',
    withDocument(SERVER_METADATA, { grant_types_supported: ['authorization_code'] }),
    'refresh-tokens',
    'warn',
  ],
  [
    'secrets for everybody',
    withDocument(SERVER_METADATA, {
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }),
    'public-clients',
    'warn',
  ],
  ['no keys', at('/jwks', () => ({ text: '{"keys":[]}' })), 'keys', 'fail'],
  [
    'metadata of the authorization server that pages cannot read',
    at('/.well-known/oauth-authorization-server', () => ({
      headers: { 'Access-Control-Allow-Origin': undefined },
    })),
    'server-web-pages',
    'note',
  ],
]

describe('doctor finds', () => {
  testFaults(ROWS, [], () => world)
})
