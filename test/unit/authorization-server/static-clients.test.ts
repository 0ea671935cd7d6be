import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type {
  BoundTokens,
  ClientsOptions,
  StaticClientOptions,
} from '../../../src/authorization-server/clients/index.ts'
import { parseClientsOptions } from '../../../src/authorization-server/clients/settings.ts'
import { parseStaticClients } from '../../../src/authorization-server/clients/static-clients.ts'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }) }] }
const redirectUris = ['https://app.example/cb']
const secret = 's'.repeat(32)

function parse(
  clients: readonly StaticClientOptions[],
  options: ClientsOptions = {},
  boundTokens: BoundTokens = 'never',
): readonly object[] {
  return parseStaticClients(clients, parseClientsOptions(options, boundTokens).rules)
}

describe('a configured client', () => {
  test.each<[StaticClientOptions, object]>([
    [
      { clientId: 'a', redirectUris },
      {
        client_id: 'a',
        client_name: 'a',
        token_endpoint_auth_method: 'none',
        application_type: 'web',
      },
    ],
    [
      { clientId: 'a', redirectUris, clientSecret: secret, clientName: 'App' },
      {
        client_name: 'App',
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret: secret,
      },
    ],
    [
      { clientId: 'a', redirectUris, jwks },
      { token_endpoint_auth_method: 'private_key_jwt', jwks },
    ],
    [
      { clientId: 'a', redirectUris, jwksUri: 'https://10.0.0.1/keys' },
      { jwks_uri: 'https://10.0.0.1/keys' },
    ],
    [
      { clientId: 'a', clientSecret: secret, grantTypes: ['client_credentials'] },
      { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    ],
    [{ clientId: 'a', redirectUris: ['http://localhost/cb'] }, { application_type: 'native' }],
    [{ clientId: 'a', redirectUris, dpopBoundAccessTokens: false }, { client_id: 'a' }],
  ])('%j', (options, expected) => {
    expect(parse([options])).toMatchObject([expected])
  })

  test.each<[string, readonly StaticClientOptions[]]>([
    ['no id', [{ clientId: '', redirectUris }]],
    ['an id with a blank', [{ clientId: 'a b', redirectUris }]],
    [
      'an id twice',
      [
        { clientId: 'a', redirectUris },
        { clientId: 'a', redirectUris },
      ],
    ],
    ['no redirect URI', [{ clientId: 'a' }]],
    ['a short secret', [{ clientId: 'a', redirectUris, clientSecret: 's'.repeat(31) }]],
    [
      'a secret that is not used',
      [{ clientId: 'a', redirectUris, clientSecret: secret, authMethod: 'none' }],
    ],
    [
      'a method without its secret',
      [{ clientId: 'a', redirectUris, authMethod: 'client_secret_post' }],
    ],
    ['a method without its keys', [{ clientId: 'a', redirectUris, authMethod: 'private_key_jwt' }]],
    [
      'SEC-400 tokens that shall be bound, where this server binds none,',
      [{ clientId: 'a', redirectUris, dpopBoundAccessTokens: true }],
    ],
    ['SEC-113 a script', [{ clientId: 'a', redirectUris: ['javascript:alert(1)'] }]],
    ['AS-17 plain http', [{ clientId: 'a', redirectUris: ['http://app.example/cb'] }]],
  ])('with %s is refused', (_title, clients) => {
    expect(() => parse(clients)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_CLIENT' }))
  })

  test('SEC-400 can have all of its tokens bound to keys, where this server binds some', () => {
    const client = { clientId: 'a', redirectUris, dpopBoundAccessTokens: true }
    expect(parse([client], {}, 'offered')).toMatchObject([{ dpop_bound_access_tokens: true }])
  })

  test('keeps its redirect URIs where registration is for loopback only', () => {
    expect(parse([{ clientId: 'a', redirectUris }], { registration: 'loopback' })).toHaveLength(1)
  })
})

describe('options that are wrong', () => {
  test.each<[string, object]>([
    ['ERR_CONFIG_REDIRECT_SCHEME', { privateUseSchemes: ['javascript'] }],
    ['ERR_CONFIG_REDIRECT_SCHEME', { privateUseSchemes: ['Cursor'] }],
    ['ERR_CONFIG_REDIRECT_SCHEME', { privateUseSchemes: ['cursor:'] }],
    ['ERR_CONFIG_OPTION_TYPE', { privateUseSchemes: 'cursor' }],
    ['ERR_CONFIG_OPTION_TYPE', { registration: 'closed' }],
    ['ERR_CONFIG_OPTION_TYPE', { registration: { mode: 'off' } }],
    ['ERR_CONFIG_OPTION_TYPE', { registration: { initialAccessTokens: [{ sha256: 'token' }] } }],
    ['ERR_CONFIG_OPTION_UNKNOWN', { registration: { max: 1 } }],
    ['ERR_CONFIG_OPTION_UNKNOWN', { clientIdMetadata: { trust: [] } }],
    ['ERR_CONFIG_NUMBER_RANGE', { registration: { maxPerHour: 0 } }],
    ['ERR_CONFIG_OPTION_TYPE', { clientAuthMethods: ['tls_client_auth'] }],
    ['ERR_CONFIG_OPTION_TYPE', { clientAuthMethods: [] }],
  ])('%s: %j', (code, options) => {
    expect(() => parseClientsOptions(options, 'never')).toThrow(expect.objectContaining({ code }))
  })
})
