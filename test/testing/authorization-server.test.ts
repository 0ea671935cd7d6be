import { decodeJwt, decodeProtectedHeader } from 'jose'
import { ConfigError } from 'mcp-gatehouse'
import {
  createScriptedBrowser,
  createTestAuthorizationServer,
  type TestAuthorizationServer,
} from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  ALICE,
  BOB,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  REDIRECT_URI,
  register,
} from './flow.ts'

const NOTES = 'http://127.0.0.1:3000/mcp'
const FILES = 'http://127.0.0.1:3000/files'

let server: TestAuthorizationServer
let clientId: string

const tokensFor = (signIn: typeof ALICE, parameters: Record<string, string | undefined> = {}) =>
  obtainTokens(server.issuer, { browser: createScriptedBrowser(), clientId, signIn, parameters })

const callbackOf = (parameters: Record<string, string | undefined>, signIn = ALICE) =>
  createScriptedBrowser().authorize(
    createAuthorizationRequest(server.issuer, clientId, parameters).url,
    signIn,
  )

beforeAll(async () => {
  server = await createTestAuthorizationServer({
    resources: { [NOTES]: ['notes:read', 'notes:write'] },
    users: {
      alice: { password: 'wonderland', claims: { roles: ['admin'], sub: 'mallory' } },
      bob: { password: 'builder', scopes: ['notes:read'] },
    },
  })
  clientId = String((await register(server.issuer)).client['client_id'])
})

afterAll(() => server.close())

describe('tokens', () => {
  test('the access token is an at+jwt signed with ES256 for exactly the requested resource', async () => {
    const tokens = await tokensFor(ALICE, { resource: NOTES, scope: 'notes:read' })
    expect(tokens).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.any(String),
      expires_in: 300,
      scope: 'notes:read',
      token_type: 'Bearer',
    })
    const token = String(tokens['access_token'])
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
    expect(decodeJwt(token)).toEqual({
      iss: server.issuer,
      sub: 'alice',
      aud: NOTES,
      client_id: clientId,
      scope: 'notes:read',
      roles: ['admin'],
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    })
  })

  test('a request without resource and scope gets the only resource and all its scopes', async () => {
    const token = decodeJwt(String((await tokensFor(ALICE))['access_token']))
    expect([token.aud, token['scope']]).toEqual([NOTES, 'notes:read notes:write'])
  })

  test('a user grants no more than they have', async () => {
    const tokens = await tokensFor(BOB, { scope: 'notes:read notes:write' })
    expect(tokens['scope']).toBe('notes:read')
  })

  test('a scope that the user unticks is not granted', async () => {
    const signIn = { ...ALICE, scopes: ['notes:write'] }
    expect((await tokensFor(signIn, { scope: 'notes:read notes:write' }))['scope']).toBe(
      'notes:write',
    )
  })

  test('a refresh token rotates, and its second use is refused', async () => {
    const { refresh_token } = await tokensFor(ALICE)
    const refresh = { grant_type: 'refresh_token', client_id: clientId }
    const first = await postToken(server.issuer, {
      ...refresh,
      refresh_token: String(refresh_token),
    })
    expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    expect(first.body['refresh_token']).not.toBe(refresh_token)
    const second = await postToken(server.issuer, {
      ...refresh,
      refresh_token: String(refresh_token),
    })
    expect(second).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('a revoked refresh token is refused', async () => {
    const token = String((await tokensFor(ALICE))['refresh_token'])
    const revocation = await fetch(`${server.issuer}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token, client_id: clientId }),
    })
    expect(revocation.status).toBe(200)
    expect(
      await postToken(server.issuer, {
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: token,
      }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('authorization responses', () => {
  test('the response carries code, state and iss', async () => {
    const { origin, pathname, searchParams } = await callbackOf({})
    expect(origin + pathname).toBe(REDIRECT_URI)
    expect(Object.fromEntries(searchParams)).toEqual({
      code: expect.any(String),
      state: 'opaque',
      iss: server.issuer,
    })
  })

  test.each([
    ['no code challenge', { code_challenge: undefined, code_challenge_method: undefined }],
    ['a plain code challenge', { code_challenge_method: 'plain' }],
  ])('%s is refused', async (_case, parameters) => {
    const { searchParams } = await callbackOf(parameters)
    expect(searchParams.get('error')).toBe('invalid_request')
  })

  test('a resource that is not configured is refused', async () => {
    const { searchParams } = await callbackOf({ resource: FILES })
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'invalid_target',
      error_description: 'the resource is unknown',
      state: 'opaque',
      iss: server.issuer,
    })
  })

  test('two resources at once are refused', async () => {
    const { url } = createAuthorizationRequest(server.issuer, clientId, { resource: NOTES })
    url.searchParams.append('resource', NOTES)
    const { searchParams } = await createScriptedBrowser().authorize(url, ALICE)
    expect(searchParams.get('error')).toBe('invalid_target')
  })

  test('a denial goes back to the client', async () => {
    const { searchParams } = await callbackOf({}, { ...ALICE, decision: 'deny' })
    expect(Object.fromEntries(searchParams)).toEqual({
      error: 'access_denied',
      error_description: 'the user denied the request',
      state: 'opaque',
      iss: server.issuer,
    })
  })
})

describe('registration', () => {
  test('a public client without an application type gets a native one that may refresh', async () => {
    const { status, client } = await register(server.issuer, { scope: 'a scope of somebody else' })
    expect(status).toBe(201)
    expect(client).toEqual({
      client_id: expect.any(String),
      client_id_issued_at: expect.any(Number),
      client_name: 'Test client',
      redirect_uris: [REDIRECT_URI],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
      require_auth_time: false,
      subject_type: 'public',
    })
  })

  test('a client may ask for a scope that it did not register', async () => {
    const { client } = await register(server.issuer, { scope: 'notes:read' })
    const tokens = await obtainTokens(server.issuer, {
      browser: createScriptedBrowser(),
      clientId: String(client['client_id']),
      signIn: ALICE,
      parameters: { scope: 'notes:read notes:write' },
    })
    expect(tokens['scope']).toBe('notes:read notes:write')
  })
})

describe('other servers', () => {
  test('a host that is not this machine is refused', async () => {
    await expect(createTestAuthorizationServer({ resources: {}, host: '0.0.0.0' })).rejects.toThrow(
      new ConfigError('ERR_CONFIG_NOT_LOOPBACK', 'createTestAuthorizationServer, host "0.0.0.0"'),
    )
  })

  test.each(['t1', '/t1/', '/', '/..', '/t1?x'])(
    'an issuer path of %j is refused',
    async (path) => {
      await expect(createTestAuthorizationServer({ resources: {}, path })).rejects.toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_PATH_INVALID' }),
      )
    },
  )

  test('with several resources, a request has to name one', async () => {
    const several = await createTestAuthorizationServer({ resources: { [NOTES]: [], [FILES]: [] } })
    try {
      const { client } = await register(several.issuer)
      const authorize = (parameters: Record<string, string>) =>
        createScriptedBrowser().authorize(
          createAuthorizationRequest(several.issuer, String(client['client_id']), parameters).url,
          ALICE,
        )
      expect((await authorize({})).searchParams.get('error')).toBe('invalid_target')
      expect((await authorize({ resource: FILES })).searchParams.get('code')).not.toBeNull()
    } finally {
      await several.close()
    }
  })

  test('a client id metadata document is taken from the options and not fetched', async () => {
    const document = 'https://client.example/oauth/client.json'
    const fetched = vi.spyOn(globalThis, 'fetch')
    const other = await createTestAuthorizationServer({
      resources: { [NOTES]: ['notes:read'] },
      clientDocuments: {
        [document]: {
          client_name: 'Known by its document',
          redirect_uris: [REDIRECT_URI],
          token_endpoint_auth_method: 'none',
        },
      },
    })
    try {
      const tokens = await obtainTokens(other.issuer, {
        browser: createScriptedBrowser(),
        clientId: document,
        signIn: ALICE,
      })
      expect(decodeJwt(String(tokens['access_token']))['client_id']).toBe(document)
      const requested = fetched.mock.calls.flat().map(String)
      expect(requested).toContain(`${other.issuer}/token`)
      expect(requested.filter((url) => url.startsWith('https:'))).toEqual([])
    } finally {
      fetched.mockRestore()
      await other.close()
    }
  })

  test('starting one prints nothing', async () => {
    const printed = [vi.spyOn(console, 'info'), vi.spyOn(console, 'warn')]
    const quiet = await createTestAuthorizationServer({ resources: { [NOTES]: ['notes:read'] } })
    const { client } = await register(quiet.issuer)
    await obtainTokens(quiet.issuer, {
      browser: createScriptedBrowser(),
      clientId: String(client['client_id']),
      signIn: ALICE,
    })
    await quiet.close()
    expect(printed.flatMap(({ mock }) => mock.calls)).toEqual([])
    for (const spy of printed) spy.mockRestore()
  })

  test('a closed server has released its port', async () => {
    const first = await createTestAuthorizationServer({ resources: {} })
    const port = Number(new URL(first.issuer).port)
    await first.close()
    const second = await createTestAuthorizationServer({ resources: {}, port })
    expect(second.issuer).toBe(first.issuer)
    await second.close()
  })
})
