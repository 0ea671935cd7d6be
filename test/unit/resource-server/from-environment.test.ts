import { ConfigError, createResourceServer, fromEnvironment } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'

const RESOURCE = 'https://mcp.example.com/mcp'
const ENVIRONMENT = 'https://acme.scalekit.com'
const SCALEKIT_SERVER = `${ENVIRONMENT}/resources/res_1`
const ISSUER = 'https://id.example.com/realms/acme'

type Variables = Readonly<Record<string, string | undefined>>

const read = (environment: Variables) => fromEnvironment({ environment })
const metadata = (document: unknown): Variables => ({
  PROTECTED_RESOURCE_METADATA: JSON.stringify(document),
})
const SCALEKIT: Variables = {
  ...metadata({
    resource: RESOURCE,
    authorization_servers: [SCALEKIT_SERVER],
    bearer_methods_supported: ['header'],
    scopes_supported: ['usr:read'],
    resource_documentation: 'https://mcp.example.com/docs',
  }),
  SK_ENV_URL: `${ENVIRONMENT}/`,
  SK_CLIENT_ID: 'skc_1',
  SK_CLIENT_SECRET: 'not read',
  EXPECTED_AUDIENCE: 'res_1',
}
const AUTH0: Variables = {
  MCP_RESOURCE_IDENTIFIER: RESOURCE,
  AUTH0_DOMAIN: 'acme.eu.auth0.com',
  AUTH0_AUDIENCE: 'https://notes.example.com',
  AUTH0_CLIENT_ID: 'client',
  AUTH0_CLIENT_SECRET: 'not read',
}
const MCP_AUTH: Variables = { MCP_RESOURCE_IDENTIFIER: RESOURCE, MCP_AUTH_ISSUER: ISSUER }

describe('the variables of', () => {
  test('the Scalekit pattern', () => {
    expect(read(SCALEKIT)).toEqual({
      resource: RESOURCE,
      authorizationServers: [
        {
          issuer: SCALEKIT_SERVER,
          tokenIssuer: ENVIRONMENT,
          metadataUrl: `${SCALEKIT_SERVER}/.well-known/oauth-authorization-server`,
          jwksUri: `${ENVIRONMENT}/keys`,
        },
      ],
      audience: 'res_1',
      scopesSupported: ['usr:read'],
      metadata: { resource_documentation: 'https://mcp.example.com/docs' },
      allowInsecureLoopback: false,
    })
  })

  test('the Scalekit pattern without a document: the audience is the public URL', () => {
    expect(read({ SK_ENV_URL: ENVIRONMENT, EXPECTED_AUDIENCE: RESOURCE })).toEqual({
      resource: RESOURCE,
      authorizationServers: [ENVIRONMENT],
      audience: RESOURCE,
      metadata: {},
      allowInsecureLoopback: false,
    })
  })

  test.each(['acme.eu.auth0.com', 'https://acme.eu.auth0.com', 'https://acme.eu.auth0.com/'])(
    'fastapi_mcp, with the domain %s',
    (AUTH0_DOMAIN) => {
      expect(read({ ...AUTH0, AUTH0_DOMAIN })).toMatchObject({
        resource: RESOURCE,
        authorizationServers: [
          { issuer: 'https://acme.eu.auth0.com/', audience: 'https://notes.example.com' },
        ],
      })
    },
  )

  test('mcp-auth', () => {
    const settings = read(MCP_AUTH)
    expect(settings).toMatchObject({ resource: RESOURCE, authorizationServers: [ISSUER] })
    expect(settings).not.toHaveProperty('audience')
  })

  test('all of them, which trust all that they name, each with its own audience', () => {
    const { authorizationServers } = read({ ...AUTH0, ...MCP_AUTH, SK_ENV_URL: ENVIRONMENT })
    expect(authorizationServers).toEqual([
      ENVIRONMENT,
      { issuer: 'https://acme.eu.auth0.com/', audience: 'https://notes.example.com' },
      ISSUER,
    ])
  })

  test.each([SCALEKIT, AUTH0, MCP_AUTH])('make a resource server: %#', (environment) => {
    const { resource } = createResourceServer({ ...read(environment), requiredScopes: ['a'] })
    expect(resource).toBe(RESOURCE)
  })
})

test('an environment that is none, and an option of another type, stop the start', () => {
  for (const options of [
    { environment: null },
    { environment: MCP_AUTH, allowInsecureLoopback: 1 },
  ]) {
    expect(() => fromEnvironment(options as object)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }),
    )
  }
})

test('a variable that is set to nothing is not set, and others are trimmed', () => {
  const environment = { ...MCP_AUTH, MCP_AUTH_ISSUER: ` ${ISSUER}\n`, EXPECTED_AUDIENCE: ' ' }
  expect(read(environment)).toEqual(read(MCP_AUTH))
})

test('a provider that the document lists is not listed twice', () => {
  const document = metadata({ resource: RESOURCE, authorization_servers: [ISSUER] })
  expect(read({ ...document, MCP_AUTH_ISSUER: ISSUER }).authorizationServers).toEqual([ISSUER])
})

test('the environment of Scalekit stays a server of its own where the document lists it too', () => {
  const servers = [SCALEKIT_SERVER, ENVIRONMENT]
  const document = metadata({ resource: RESOURCE, authorization_servers: servers })
  expect(read({ ...SCALEKIT, ...document }).authorizationServers).toEqual(servers)
})

test('http is for loopback addresses, where that is allowed', () => {
  const environment = {
    MCP_RESOURCE_IDENTIFIER: 'http://localhost:3002',
    MCP_AUTH_ISSUER: 'http://127.0.0.1:4000',
  }
  expect(() => read(environment)).toThrow(/^MCP_RESOURCE_IDENTIFIER: /)
  expect(fromEnvironment({ environment, allowInsecureLoopback: true })).toMatchObject({
    resource: 'http://localhost:3002',
    allowInsecureLoopback: true,
  })
})

const WRONG: readonly (readonly [subject: string, code: string, environment: Variables])[] = [
  [
    'MCP_RESOURCE_IDENTIFIER or PROTECTED_RESOURCE_METADATA.resource (neither is set)',
    'ERR_CONFIG_ENVIRONMENT',
    { SK_ENV_URL: ENVIRONMENT, EXPECTED_AUDIENCE: 'res_1' },
  ],
  [
    'SK_ENV_URL, AUTH0_DOMAIN, MCP_AUTH_ISSUER or PROTECTED_RESOURCE_METADATA.authorization_servers (none is set)',
    'ERR_CONFIG_NO_AUTHORIZATION_SERVER',
    { MCP_RESOURCE_IDENTIFIER: RESOURCE },
  ],
  [
    'SK_ENV_URL (not set, and SK_CLIENT_ID is)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...MCP_AUTH, SK_CLIENT_ID: 'skc_1' },
  ],
  [
    'AUTH0_DOMAIN (not set, and AUTH0_AUDIENCE is)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...AUTH0, AUTH0_DOMAIN: '' },
  ],
  [
    'PROTECTED_RESOURCE_METADATA (not a JSON object)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...MCP_AUTH, PROTECTED_RESOURCE_METADATA: `{"resource": ${RESOURCE}` },
  ],
  [
    'PROTECTED_RESOURCE_METADATA (not a JSON object)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...MCP_AUTH, ...metadata(['a']) },
  ],
  [
    'PROTECTED_RESOURCE_METADATA.resource',
    'ERR_CONFIG_RESOURCE_INVALID',
    { MCP_AUTH_ISSUER: ISSUER, ...metadata({ resource: 7 }) },
  ],
  [
    'PROTECTED_RESOURCE_METADATA.resource',
    'ERR_CONFIG_RESOURCE_INVALID',
    { MCP_AUTH_ISSUER: ISSUER, ...metadata({ resource: '/mcp' }) },
  ],
  [
    'PROTECTED_RESOURCE_METADATA.authorization_servers (an array of strings)',
    'ERR_CONFIG_OPTION_TYPE',
    metadata({ resource: RESOURCE, authorization_servers: ISSUER }),
  ],
  [
    'PROTECTED_RESOURCE_METADATA.authorization_servers[0]',
    'ERR_CONFIG_NOT_HTTPS',
    metadata({ resource: RESOURCE, authorization_servers: ['http://id.example.com'] }),
  ],
  [
    'PROTECTED_RESOURCE_METADATA.scopes_supported[0]',
    'ERR_CONFIG_SCOPE_INVALID',
    { ...MCP_AUTH, ...metadata({ scopes_supported: ['a b'] }) },
  ],
  [
    'PROTECTED_RESOURCE_METADATA.bearer_methods_supported (tokens are read from the header only)',
    'ERR_CONFIG_METADATA_FIELD',
    { ...MCP_AUTH, ...metadata({ bearer_methods_supported: ['query'] }) },
  ],
  [
    'MCP_RESOURCE_IDENTIFIER and PROTECTED_RESOURCE_METADATA.resource (not the same)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...MCP_AUTH, ...metadata({ resource: `${RESOURCE}/` }) },
  ],
  [
    'MCP_AUTH_ISSUER and PROTECTED_RESOURCE_METADATA.authorization_servers (do not name the same issuer)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...MCP_AUTH, ...metadata({ authorization_servers: [`${ISSUER}/`] }) },
  ],
  [
    'SK_ENV_URL and PROTECTED_RESOURCE_METADATA.authorization_servers (do not name the same issuer)',
    'ERR_CONFIG_ENVIRONMENT',
    { ...SCALEKIT, SK_ENV_URL: 'https://other.scalekit.com' },
  ],
  [
    'PROTECTED_RESOURCE_METADATA.authorization_servers (more than one resource of SK_ENV_URL)',
    'ERR_CONFIG_ENVIRONMENT',
    {
      ...SCALEKIT,
      ...metadata({
        resource: RESOURCE,
        authorization_servers: [SCALEKIT_SERVER, `${ENVIRONMENT}/resources/res_2`],
      }),
    },
  ],
  ['SK_ENV_URL', 'ERR_CONFIG_ISSUER_INVALID', { ...MCP_AUTH, SK_ENV_URL: 'acme' }],
  ['AUTH0_DOMAIN', 'ERR_CONFIG_ISSUER_INVALID', { ...AUTH0, AUTH0_DOMAIN: 'acme?x' }],
  [
    "AUTH0_AUDIENCE (an API of Auth0's own; make one for this server)",
    'ERR_CONFIG_ENVIRONMENT',
    { ...AUTH0, AUTH0_AUDIENCE: 'https://acme.eu.auth0.com/api/v2/' },
  ],
  [
    "AUTH0_AUDIENCE (an API of Auth0's own; make one for this server)",
    'ERR_CONFIG_ENVIRONMENT',
    {
      ...AUTH0,
      AUTH0_DOMAIN: 'login.example.com',
      AUTH0_AUDIENCE: 'https://acme.eu.auth0.com/userinfo',
    },
  ],
]

describe('stops the start, by the name of the variable and without its value:', () => {
  test.each(WRONG)('%s', (subject, code, environment) => {
    let error: unknown
    try {
      read(environment)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(ConfigError)
    const { code: actual, message } = error as ConfigError
    expect([actual, message.slice(0, subject.length + 2)]).toEqual([code, `${subject}: `])
    const values = Object.values(environment).filter((value) => value !== undefined && value !== '')
    expect(values.filter((value) => message.includes(value ?? ''))).toEqual([])
  })
})
