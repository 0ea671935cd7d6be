import { createHash, generateKeyPairSync } from 'node:crypto'
import { createPrivateKeyJwtAuth as keyAuthV2 } from '@modelcontextprotocol/client'
import { createPrivateKeyJwtAuth as keyAuthV1 } from '@modelcontextprotocol/sdk/client/auth-extensions.js'
import { decodeJwt } from 'jose'
import type {
  CreateAuthorizationServerOptions,
  StaticClientOptions,
} from 'mcp-gatehouse/authorization-server'
import { createPrincipal, type EmulatedProvider } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startDocumentHost } from '../authorization-server/document-host.ts'
import { startUpstream } from '../authorization-server/upstreams.ts'
import type { ConnectSdkClient, SdkClient, SdkClientOptions } from './clients/connected-client.ts'
import { connectFirstEra } from './clients/first-era.ts'
import { callWithInspector, INSPECTOR_REDIRECT_URI } from './clients/inspector.ts'
import { connectMcpRemote } from './clients/mcp-remote.ts'
import { CLIENT_REDIRECT_URI } from './clients/oauth-session.ts'
import { createSdkV1Client } from './clients/sdk-v1.ts'
import { createSdkV2Client } from './clients/sdk-v2.ts'
import { type OwnWorld, startOwnWorld } from './own-world.ts'
import { ALICE, SCOPE } from './world.ts'

const USERS = [{ username: 'alice', password: 'wonderland' }]
const SECRET = 'a secret that has 32 characters or more'
const CLIENT_ID = 'registered-beforehand'

async function start(options: Partial<CreateAuthorizationServerOptions>): Promise<OwnWorld> {
  const world = await startOwnWorld(options)
  onTestFinished(() => world.close())
  return world
}

/** The subject of our tokens for somebody of an upstream. */
function accountOf({ issuer, users }: EmulatedProvider, username: string): string {
  const identity = `${issuer}\n${users[username]?.sub}`
  return createHash('sha256').update(identity).digest('base64url')
}

describe.each([
  ['Entra ID, which refuses a resource', 'Entra ID'],
  ['GitHub, which has OAuth 2.0 alone', 'GitHub'],
] as const)('in front of %s', (_title, name) => {
  async function startWorld() {
    const { provider, upstream } = await startUpstream(name)
    const { serverUrl, authorizationServer } = await start({ upstream })
    const { issuer } = authorizationServer
    const alice = { scopes: [SCOPE], issuer, subject: accountOf(provider, 'alice') }
    return { serverUrl, alice }
  }

  test('mcp-remote signs in and calls a tool', async () => {
    const { serverUrl, alice } = await startWorld()
    const client = await connectMcpRemote(serverUrl, ALICE)
    try {
      expect(JSON.parse(await client.callTool('whoami'))).toEqual(alice)
    } finally {
      await client.close()
    }
  })

  test('the Inspector’s command line signs in and calls a tool', async () => {
    const { serverUrl, alice } = await startWorld()
    const said = await callWithInspector(serverUrl, ALICE, { tool: 'whoami' })
    expect(JSON.parse(said)).toEqual(alice)
  })
})

test('what a tool gets for a user of GitHub is good for the API of GitHub', async () => {
  const { upstream } = await startUpstream('GitHub')
  const { serverUrl, authorizationServer } = await start({ upstream })
  const client = await connect(createSdkV2Client('auto'), serverUrl)
  const caller: { readonly subject: string } = JSON.parse(await client.callTool('whoami'))
  const principal = createPrincipal({ sub: caller.subject }, authorizationServer.issuer)
  const { accessToken, expiresAt } = await authorizationServer.upstreamToken(principal)
  expect(expiresAt).toBeUndefined()
  expect(client.accessToken()).not.toContain(accessToken)
  const headers = { authorization: `Bearer ${accessToken}` }
  const user = await fetch(upstream.kind === 'oauth' ? upstream.userInfoEndpoint : '', { headers })
  expect(await user.json()).toMatchObject({ login: 'alice' })
})

const SDKS = [
  [
    'the client of SDK v2',
    (options: SdkClientOptions) => createSdkV2Client('auto', options),
    keyAuthV2,
  ],
  ['the client of SDK v1', createSdkV1Client, keyAuthV1],
] as const

describe.each(SDKS)('%s', (_name, createClient, createKeyAuth) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'k1' }] }

  /** What signs the client's assertions. */
  const keyAuth = (clientId: string): NonNullable<SdkClientOptions['addClientAuthentication']> =>
    createKeyAuth({
      issuer: clientId,
      subject: clientId,
      privateKey: { ...privateKey.export({ format: 'jwk' }) },
      alg: 'ES256',
    })

  const registered: readonly (readonly [
    string,
    Omit<StaticClientOptions, 'clientId'>,
    SdkClientOptions,
  ])[] = [
    [
      'a secret as Basic',
      { clientSecret: SECRET },
      { registered: { client_id: CLIENT_ID, client_secret: SECRET } },
    ],
    [
      'a private key',
      { jwks },
      { registered: { client_id: CLIENT_ID }, addClientAuthentication: keyAuth(CLIENT_ID) },
    ],
    ['nothing but its name', {}, { registered: { client_id: CLIENT_ID } }],
  ]
  test.each(registered)('AS-01 that is known beforehand with %s', async (_title, client, known) => {
    const world = await start({
      users: USERS,
      registration: 'off',
      clients: [{ clientId: CLIENT_ID, redirectUris: [CLIENT_REDIRECT_URI], ...client }],
    })
    await expectUseAndRefresh(world, createClient(known))
  })

  test.each([
    ['is public', 'none'],
    ['has a private key', 'private_key_jwt'],
  ] as const)('AS-04 AS-07 whose metadata document says that it %s', async (_title, method) => {
    const host = await startDocumentHost()
    const clientId = host.publish('/client.json', {
      client_name: 'A client with a document',
      redirect_uris: [CLIENT_REDIRECT_URI],
      token_endpoint_auth_method: method,
      ...(method === 'private_key_jwt' && { jwks }),
    })
    const world = await start({ users: USERS, clientIdMetadata: host.clientIdMetadata })
    await expectUseAndRefresh(
      world,
      createClient({
        clientMetadataUrl: clientId,
        ...(method === 'private_key_jwt' && { addClientAuthentication: keyAuth(clientId) }),
      }),
    )
    expect(host.requests).toHaveLength(1)
  })
})

describe('AS-01 AS-04 the Inspector’s command line signs in without registering', () => {
  const redirectUris = [INSPECTOR_REDIRECT_URI]

  test('on 2026-07-28, as the client of a metadata document', async () => {
    const host = await startDocumentHost()
    const metadata = { client_name: 'The Inspector', redirect_uris: redirectUris }
    const clientId = host.publish('/inspector.json', metadata)
    const { clientIdMetadata } = host
    const { serverUrl } = await start({ users: USERS, registration: 'off', clientIdMetadata })
    const options = ['--client-metadata-url', clientId, '--protocol-era', 'modern']
    const said = await callWithInspector(serverUrl, ALICE, { tool: 'whoami', options })
    expect(JSON.parse(said)).toMatchObject({ scopes: [SCOPE] })
    expect(host.requests).toHaveLength(1)
  })

  test('with an id and a secret', async () => {
    const clients = [{ clientId: CLIENT_ID, clientSecret: SECRET, redirectUris }]
    const { serverUrl } = await start({ users: USERS, registration: 'off', clients })
    const options = ['--client-id', CLIENT_ID, '--client-secret', SECRET]
    const said = await callWithInspector(serverUrl, ALICE, { tool: 'whoami', options })
    expect(JSON.parse(said)).toMatchObject({ scopes: [SCOPE] })
  })
})

async function connect(open: ConnectSdkClient, serverUrl: string): Promise<SdkClient> {
  const client = await open(serverUrl, ALICE)
  onTestFinished(() => client.close())
  return client
}

/** A client that does not register calls a tool, and again when its access token has ended. */
async function expectUseAndRefresh(world: OwnWorld, open: ConnectSdkClient): Promise<void> {
  const { serverUrl, authorizationServer } = world
  const client = await connect(open, serverUrl)
  const alice: { readonly subject: string } = JSON.parse(await client.callTool('whoami'))
  expect(alice).toMatchObject({ issuer: authorizationServer.issuer, scopes: [SCOPE] })
  expect(client.exchanges.join('\n')).not.toContain('/register')

  client.exchanges.length = 0
  const { jti = '', exp = 0 } = decodeJwt(client.accessToken() ?? '')
  const { issuer, revocations } = authorizationServer
  await revocations.revokeTokens?.({ issuer, subject: alice.subject, jti, until: exp })
  expect(JSON.parse(await client.callTool('whoami'))).toEqual(alice)
  expect(client.exchanges.filter((exchange) => !exchange.startsWith('GET'))).toEqual([
    'POST /mcp tools/call 401',
    'POST /token refresh_token 200',
    'POST /mcp tools/call 200',
  ])
}

test('AS-21 a client of 2025-03-26 finds the endpoints at the root, and names no resource', async () => {
  const { serverUrl, authorizationServer } = await start({ users: USERS })
  const client = await connectFirstEra(serverUrl, ALICE)
  expect(client.protocolVersion).toBe('2025-03-26')
  expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({
    scopes: [SCOPE],
    issuer: authorizationServer.issuer,
  })
})
