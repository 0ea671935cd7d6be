import {
  type AuditEvent,
  createResourceServer,
  type ErrorCode,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { create, createWith, expectConfigError, ISSUER, RESOURCE } from './creation.ts'

type Row = readonly [subject: string, code: ErrorCode, options: Readonly<Record<string, unknown>>]

describe('a mistake in the options is a ConfigError that names the option', () => {
  test.each<Row>([
    ['options.requiredScope', 'ERR_CONFIG_OPTION_UNKNOWN', { requiredScope: [] }],
    ['resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: undefined }],
    ['resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: 'mcp.example.com' }],
    ['resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: '/mcp' }],
    ['resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: 'https://user@mcp.example.com/mcp' }],
    ['resource', 'ERR_CONFIG_RESOURCE_INVALID', { resource: 'ftp://mcp.example.com/mcp' }],
    ['resource', 'ERR_CONFIG_NOT_HTTPS', { resource: 'http://mcp.example.com/mcp' }],
    ['resource', 'ERR_CONFIG_NOT_HTTPS', { resource: 'http://127.0.0.1:3000/mcp' }],
    [
      'authorizationServers',
      'ERR_CONFIG_NO_AUTHORIZATION_SERVER',
      { authorizationServers: undefined },
    ],
    ['authorizationServers', 'ERR_CONFIG_NO_AUTHORIZATION_SERVER', { authorizationServers: [] }],
    [
      'authorizationServers',
      'ERR_CONFIG_NO_AUTHORIZATION_SERVER',
      { authorizationServers: ISSUER },
    ],
    ['audience[0]', 'ERR_CONFIG_NOT_A_STRING', { audience: '' }],
    ['audience[1]', 'ERR_CONFIG_NOT_A_STRING', { audience: ['a', /.*/] }],
    ['requiredScopes (an array of scopes)', 'ERR_CONFIG_OPTION_TYPE', { requiredScopes: 'a b' }],
    ['requiredScopes[1]', 'ERR_CONFIG_SCOPE_INVALID', { requiredScopes: ['a', 'b c'] }],
    ['challengeScopes[0]', 'ERR_CONFIG_SCOPE_INVALID', { challengeScopes: [''] }],
    ['scopesSupported[0]', 'ERR_CONFIG_SCOPE_INVALID', { scopesSupported: [7] }],
    [
      'metadata.resource (option resource)',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { resource: RESOURCE } },
    ],
    [
      'metadata.authorization_servers (option authorizationServers)',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { authorization_servers: [ISSUER] } },
    ],
    [
      'metadata.scopes_supported (option scopesSupported)',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { scopes_supported: ['a'] } },
    ],
    [
      'metadata.bearer_methods_supported (tokens are read from the header only)',
      'ERR_CONFIG_METADATA_FIELD',
      { metadata: { bearer_methods_supported: ['body'] } },
    ],
    ['realm (printable ASCII without quotes)', 'ERR_CONFIG_OPTION_TYPE', { realm: 'ä' }],
    ['leewaySeconds (0 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { leewaySeconds: 301 }],
    ['leewaySeconds (0 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { leewaySeconds: -1 }],
    ['leewaySeconds (0 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { leewaySeconds: '30' }],
    ['leewaySeconds (0 to 300)', 'ERR_CONFIG_NUMBER_RANGE', { leewaySeconds: Number.NaN }],
    [
      'maxTokenLifetimeSeconds (1 to 31536000)',
      'ERR_CONFIG_NUMBER_RANGE',
      { maxTokenLifetimeSeconds: 0 },
    ],
    ['maxTokenAgeSeconds (1 to 31536000)', 'ERR_CONFIG_NUMBER_RANGE', { maxTokenAgeSeconds: 0.5 }],
    ['tokenCacheSize (0 to 1000000)', 'ERR_CONFIG_NUMBER_RANGE', { tokenCacheSize: 1_000_001 }],
    ['verifier (an object with verify(token))', 'ERR_CONFIG_OPTION_TYPE', { verifier: {} }],
    ['allowedOrigins (an array of origins)', 'ERR_CONFIG_OPTION_TYPE', { allowedOrigins: '*' }],
    ['allowedOrigins[0]', 'ERR_CONFIG_ORIGIN_INVALID', { allowedOrigins: ['https://a.example/'] }],
    [
      'allowedOrigins[1]',
      'ERR_CONFIG_ORIGIN_INVALID',
      { allowedOrigins: ['https://a.example', 'null'] },
    ],
    ['allowedOrigins[0]', 'ERR_CONFIG_ORIGIN_INVALID', { allowedOrigins: ['https://*.example'] }],
    [
      'allowedOrigins, allowCredentials',
      'ERR_CONFIG_CREDENTIALS_WITH_ANY_ORIGIN',
      { allowedOrigins: ['*'], allowCredentials: true },
    ],
    ['allowedHosts (an array of hosts)', 'ERR_CONFIG_OPTION_TYPE', { allowedHosts: [] }],
    ['allowedHosts[0]', 'ERR_CONFIG_HOST_INVALID', { allowedHosts: ['https://mcp.example.com'] }],
    ['allowedHosts[1]', 'ERR_CONFIG_HOST_INVALID', { allowedHosts: ['a', '*.example.com'] }],
    ['requiredClaims (an array of strings)', 'ERR_CONFIG_OPTION_TYPE', { requiredClaims: 'email' }],
    ['requiredClaims[1]', 'ERR_CONFIG_NOT_A_STRING', { requiredClaims: ['email', ' '] }],
    ['requiredClaims[0]', 'ERR_CONFIG_NOT_A_STRING', { requiredClaims: [{ scope: 'email' }] }],
    [
      'claimsAsScopes (needs requiredClaims)',
      'ERR_CONFIG_OPTIONS_CONFLICT',
      { claimsAsScopes: true, requiredClaims: [] },
    ],
    [
      'mirrorServerMetadata and claimsAsScopes (/.well-known/openid-configuration)',
      'ERR_CONFIG_OPTIONS_CONFLICT',
      {
        claimsAsScopes: true,
        requiredClaims: ['email'],
        publishedKeys: [],
        mirrorServerMetadata: true,
      },
    ],
    [
      'publishedKeys (an array of key rings)',
      'ERR_CONFIG_OPTION_TYPE',
      { publishedKeys: { use: 'encryption' } },
    ],
    ...['storage', 'cookies', 'state', undefined].map(
      (use): Row => [
        'publishedKeys[0] (a key ring for encryption or signing)',
        'ERR_CONFIG_OPTION_TYPE',
        { publishedKeys: [use && { use }] },
      ],
    ),
    ['trustedProxyHops', 'ERR_CONFIG_TRUSTED_PROXY', { trustedProxyHops: 17 }],
    ['trustedProxyHops', 'ERR_CONFIG_TRUSTED_PROXY', { trustedProxyHops: true }],
  ])('%s: %s', (subject, code, options) => {
    expectConfigError(() => create(options), code, subject)
  })

  test('no options at all', () => {
    const run = (): unknown => createResourceServer(undefined as unknown as ResourceServerOptions)
    expectConfigError(run, 'ERR_CONFIG_OPTION_TYPE', 'options (an object)')
  })

  test('one issuer twice', () => {
    expect(() => create({ authorizationServers: [ISSUER, { issuer: ISSUER }] })).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_ISSUER_DUPLICATE',
        message: expect.stringMatching(/^authorizationServers\[1\]/),
      }),
    )
  })
})

describe('a mistake in the options of an authorization server names it by its place', () => {
  const SECRET = 'x'.repeat(32)
  test.each<Row>([
    ['.issuer', 'ERR_CONFIG_ISSUER_INVALID', { issuer: 'as.example.com' }],
    ['.issuer', 'ERR_CONFIG_ISSUER_INVALID', { issuer: `${ISSUER}?tenant=1` }],
    ['.issuer', 'ERR_CONFIG_ISSUER_INVALID', { issuer: `${ISSUER}#x` }],
    ['.issuer', 'ERR_CONFIG_NOT_A_STRING', { issuer: undefined }],
    ['.issuer', 'ERR_CONFIG_NOT_A_STRING', { issuer: /https:.*/ }],
    ['.issuer', 'ERR_CONFIG_NOT_HTTPS', { issuer: 'http://as.example.com' }],
    ['.tenant', 'ERR_CONFIG_OPTION_UNKNOWN', { tenant: 'x' }],
    ['.metadataUrl (an absolute URL)', 'ERR_CONFIG_OPTION_TYPE', { metadataUrl: '/metadata' }],
    ['.metadataUrl', 'ERR_CONFIG_NOT_HTTPS', { metadataUrl: 'http://as.example.com/m' }],
    ['.jwksUri (an absolute URL)', 'ERR_CONFIG_OPTION_TYPE', { jwksUri: 'jwks' }],
    ['.jwksUri', 'ERR_CONFIG_NOT_HTTPS', { jwksUri: 'http://as.example.com/jwks' }],
    ['.audience[0]', 'ERR_CONFIG_NOT_A_STRING', { audience: ' ' }],
    ['.otherAudiences[1]', 'ERR_CONFIG_NOT_A_STRING', { otherAudiences: ['account', null] }],
    [
      '.metadata and authorizationServers[0].metadataUrl',
      'ERR_CONFIG_OPTIONS_CONFLICT',
      { metadata: { issuer: ISSUER }, metadataUrl: `${ISSUER}/m` },
    ],
    [
      '.metadata, ERR_UPSTREAM_ISSUER_MISMATCH',
      'ERR_CONFIG_SERVER_METADATA',
      { metadata: { issuer: 'https://other.example.com' } },
    ],
    [
      '.metadata, ERR_UPSTREAM_METADATA_INVALID',
      'ERR_CONFIG_SERVER_METADATA',
      { metadata: { issuer: ISSUER, jwks_uri: 'http://as.example.com/jwks' } },
    ],
    ['.secret', 'ERR_CONFIG_SECRET_TOO_SHORT', { secret: 'short' }],
    ['.secret', 'ERR_CONFIG_SECRET_TOO_SHORT', { secret: '' }],
    ['.secret', 'ERR_CONFIG_SECRET_TOO_SHORT', { secret: new Uint8Array(31) }],
    [
      '.secret and authorizationServers[0].jwksUri',
      'ERR_CONFIG_ALGORITHMS_MIXED',
      { secret: SECRET, jwksUri: `${ISSUER}/jwks` },
    ],
    ['.algorithms (an array)', 'ERR_CONFIG_OPTION_TYPE', { algorithms: [] }],
    ['.algorithms (none)', 'ERR_CONFIG_ALGORITHM_UNSUPPORTED', { algorithms: ['ES256', 'none'] }],
    ['.algorithms (HS256)', 'ERR_CONFIG_ALGORITHMS_MIXED', { algorithms: ['RS256', 'HS256'] }],
    [
      '.algorithms (RS256)',
      'ERR_CONFIG_ALGORITHMS_MIXED',
      { secret: SECRET, algorithms: ['RS256'] },
    ],
  ])('%s: %s', (subject, code, server) => {
    expectConfigError(() => createWith(server), code, `authorizationServers[0]${subject}`)
  })

  test.each([null, 7, true])('%s is no authorization server', (server) => {
    expectConfigError(
      () => create({ authorizationServers: [ISSUER, server] }),
      'ERR_CONFIG_OPTION_TYPE',
      'authorizationServers[1] (an issuer or an object)',
    )
  })
})

describe('after creation', () => {
  test('a public path is exact', () => {
    const gatehouse = create({})
    const wrong = [
      '',
      'healthz',
      '/a//b',
      '/../a',
      '/a/./b',
      '/%61',
      '/a?b',
      '/a#b',
      '/*',
      '/a b',
      '/a;b',
    ]
    for (const path of wrong) {
      const run = (): unknown =>
        gatehouse.protectFetch(() => new Response(), { publicPaths: ['/ok', path] })
      expectConfigError(run, 'ERR_CONFIG_PATH_INVALID', `publicPaths (${path})`)
    }
    const right = ['/', '/healthz', '/a/b/', '/.well-known/x', '/...']
    expect(gatehouse.protectFetch(() => new Response(), { publicPaths: right })).toBeTypeOf(
      'function',
    )
  })

  test('keys are purged of a configured issuer only', () => {
    const gatehouse = create({})
    gatehouse.purgeKeys(ISSUER)
    gatehouse.purgeKeys()
    const other = 'https://other.example.com'
    expectConfigError(
      () => gatehouse.purgeKeys(other),
      'ERR_CONFIG_ISSUER_INVALID',
      `purgeKeys(${other})`,
    )
  })

  test('a risky or ignored option is a warning', () => {
    const warnings: AuditEvent[] = []
    create({
      mirrorServerMetadata: true,
      challengeScopes: ['offline_access'],
      onEvent: (event: AuditEvent) => void warnings.push(event),
      clock: { now: () => 1_000, elapsed: () => 0 },
    })
    expect(warnings).toEqual([
      {
        type: 'config.warning',
        at: 1_000,
        message: expect.stringMatching(/^mirrorServerMetadata: /),
      },
      {
        type: 'config.warning',
        at: 1_000,
        message: expect.stringMatching(/^challengeScopes: offline_access/),
      },
    ])
  })
})
