import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type Answer, METADATA, signIn, startClientsWorld } from './support/clients-world.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const UPSTREAM = {
  clientId: 'upstream-client-canary',
  secret: 'upstream-secret-canary'.padEnd(40, 'x'),
}

function expectRefused(answer: Answer, error: string, status = 400): void {
  expect([answer.status, answer.body['error']]).toEqual([status, error])
  expect(answer.headers.get('cache-control')).toBe('no-store')
}

describe('SEC-205 AS-22 an answer to a registration', () => {
  test('has a new random id, no secret, and what this server made of the rest', async () => {
    const world = await startClientsWorld()
    const answer = await world.register({
      client_name: 'My\u202E client\n',
      redirect_uris: ['http://127.0.0.1:33418', 'https://vscode.dev/redirect'],
      grant_types: ['authorization_code'],
      scope: 'openid',
      client_id: UPSTREAM.clientId,
      client_secret: UPSTREAM.secret,
      logo_uri: null,
      tos_uri: '',
      software_id: 'a',
      unknown: { deep: true },
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      application_type: 'native',
      client_id: expect.stringMatching(/^[\w-]{21,}$/),
      client_name: 'My client',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      software_id: 'a',
      token_endpoint_auth_method: 'none',
    })
    expect(answer.body).not.toHaveProperty('client_secret')
    expect(answer.body).not.toHaveProperty('scope')
    expect(answer.text).not.toContain('canary')
    expect(world.takeEvents()).toEqual([
      {
        type: 'client.registered',
        clientId: answer.body['client_id'],
        clientName: 'My client',
        folded: false,
        address: '192.0.2.1',
      },
    ])
  })

  test('names no configured client', async () => {
    const world = await startClientsWorld({
      clients: [
        {
          clientId: UPSTREAM.clientId,
          clientSecret: UPSTREAM.secret,
          redirectUris: ['https://a.example/cb'],
        },
      ],
    })
    for (const metadata of [METADATA, { ...METADATA, client_id: UPSTREAM.clientId }]) {
      const answer = await world.register(metadata)
      expect(answer.status).toBe(201)
      expect(answer.text).not.toContain('canary')
    }
  })

  test('SEC-206 and no client stands in for one that is not named', async () => {
    const world = await startClientsWorld({
      clients: [{ clientId: UPSTREAM.clientId, redirectUris: ['https://app.example/cb'] }],
    })
    const { client_id: _none, ...parameters } = { client_id: '', response_type: 'code' }
    const answer = await world.authorize(parameters)
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(answer.body['error']).toBe('invalid_request')
    expect((await world.authorize({ client_id: UPSTREAM.clientId })).status).toBe(303)
  })

  test('registration does not narrow what a client may ask for later', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register({ ...METADATA, scope: 'openid' })
    const answer = await world.authorize({
      client_id: String(body['client_id']),
      scope: 'openid offline_access',
    })
    expect(answer.status).toBe(303)
  })
})

describe('SEC-207 how clients authenticate themselves', () => {
  const jwks = { keys: [publicKey.export({ format: 'jwk' })] }
  test.each([
    ['client_secret_basic', {}, { client_secret: expect.any(String) }],
    ['client_secret_post', {}, { client_secret: expect.any(String) }],
    ['private_key_jwt', { jwks }, { jwks }],
    [
      'private_key_jwt',
      { jwks_uri: 'https://app.example/keys' },
      { jwks_uri: 'https://app.example/keys' },
    ],
    ['none', { jwks }, {}],
  ])('%s is honoured where it is advertised', async (method, fields, expected) => {
    const world = await startClientsWorld()
    const answer = await world.register({
      ...METADATA,
      token_endpoint_auth_method: method,
      ...fields,
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ token_endpoint_auth_method: method, ...expected })
  })

  test.each([
    'client_secret_basic',
    'private_key_jwt',
    'tls_client_auth',
    'client_secret_jwt',
    'x',
    7,
  ])('%s is refused where it is not', async (method) => {
    const world = await startClientsWorld({ clientAuthMethods: ['none'] })
    const answer = await world.register({ ...METADATA, token_endpoint_auth_method: method, jwks })
    expectRefused(answer, 'invalid_client_metadata')
  })

  test('a registered method is enforced', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register({
      ...METADATA,
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const client_id = String(body['client_id'])
    const answer = await world.token({ grant_type: 'refresh_token', refresh_token: 'x', client_id })
    expectRefused(answer, 'invalid_client', 401)
  })
})

describe('SEC-209 what is no registration is refused, and never answered 500', () => {
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`
  test.each([
    ['[]'],
    ['null'],
    ['"x"'],
    ['7'],
    [''],
    ['{'],
    [deep],
    [JSON.stringify({ ...METADATA, client_name: 7 })],
    [JSON.stringify({ ...METADATA, client_name: {} })],
    [JSON.stringify({ ...METADATA, grant_types: 'authorization_code' })],
    [JSON.stringify({ ...METADATA, response_types: [7] })],
    [JSON.stringify({ ...METADATA, application_type: 'desktop' })],
    [JSON.stringify({ ...METADATA, jwks: [] })],
    [JSON.stringify({ ...METADATA, jwks: { keys: [] } })],
    [JSON.stringify({ ...METADATA, jwks: { keys: [privateKey.export({ format: 'jwk' })] } })],
    [JSON.stringify({ ...METADATA, jwks: { keys: 'x' }, jwks_uri: 'https://a.example' })],
    [
      `{"client_name":"x","jwks":{"keys":[{"kty":"EC","x":${deep.slice(0, 10_000)}${deep.slice(10_000)}}]}}`,
    ],
    [JSON.stringify({ ...METADATA, software_id: 'x\u0007' })],
    [JSON.stringify({ ...METADATA, dpop_bound_access_tokens: 'yes' })],
  ])('the body %.60s', async (body) => {
    const world = await startClientsWorld()
    const answer = await world.register(body)
    expect(answer.status).toBe(400)
    expect(answer.body['error']).toMatch(/^invalid_(?:client_metadata|redirect_uri)$/)
    expect(world.takeEvents()).toMatchObject([{ type: 'client.registration_refused', status: 400 }])
  })

  test('a body that is no JSON, by its type', async () => {
    const world = await startClientsWorld()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expectRefused(await world.register('redirect_uris=x', { headers }), 'invalid_client_metadata')
  })

  test.each([
    ['announced', {}],
    ['not announced', { 'transfer-encoding': 'chunked' }],
  ])('1 MB, %s, is 413', async (title) => {
    const world = await startClientsWorld()
    const body = JSON.stringify({ ...METADATA, client_name: 'x'.repeat(1_000_000) })
    const stream = new Blob([body]).stream()
    const chunked = { body: stream, duplex: 'half' } as object
    const answer = await world.register(body, title === 'announced' ? {} : chunked)
    expectRefused(answer, 'invalid_client_metadata', 413)
  })

  test('__proto__ changes nothing', async () => {
    const world = await startClientsWorld()
    const body = JSON.stringify(METADATA).replace(
      '{',
      '{"__proto__":{"polluted":true},"constructor":{"prototype":{}},',
    )
    const answer = await world.register(body)
    expect(answer.status).toBe(201)
    expect(answer.text).not.toContain('polluted')
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('a client that leaves in the middle does no harm', async () => {
    const world = await startClientsWorld()
    const socket = connect(Number(new URL(world.origin).port), '127.0.0.1')
    socket.on('error', () => undefined)
    const head =
      'POST /register HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{'
    await new Promise((resolve) => socket.write(head, resolve))
    socket.destroy()
    expect((await world.register(METADATA)).status).toBe(201)
  })

  test('GET and others are 405', async () => {
    const world = await startClientsWorld()
    const answer = await world.send('/register')
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('SEC-210 AS-17 redirect URIs that cannot be registered', () => {
  test.each([
    [[]],
    ['https://app.example/cb'],
    [[7]],
    [Array.from({ length: 5_000 }, (_, i) => `https://a/${i}`).slice(0, 1_000)],
    [['http://evil.example/cb']],
    [['http://127.1/cb']],
    [['https://user@app.example/cb']],
    [['https://app.example/cb#f']],
    [['https://*.example/cb']],
    [['https://app.example/a/../cb']],
    [['https://app.example/cb', 'javascript:alert(1)']],
    [['java\tscript:alert(1)']],
    [[' javascript:alert(1)']],
    [['data:text/html,x']],
    [['vbscript:x']],
    [['file:///etc/passwd']],
    [['blob:https://app.example/x']],
    [['about:blank']],
    [['intent://x#Intent;end']],
    [['view-source:https://app.example']],
    [['cursor://x/cb']],
    [['com.example.app:cb']],
  ])('%j', async (redirect_uris) => {
    const world = await startClientsWorld()
    expectRefused(await world.register({ ...METADATA, redirect_uris }), 'invalid_redirect_uri')
  })

  test.each(['http://127.0.0.1/cb', 'http://localhost:1/cb', 'http://[::1]/cb'])(
    'a web client with %s',
    async (uri) => {
      const world = await startClientsWorld()
      const metadata = { ...METADATA, redirect_uris: [uri] }
      expectRefused(
        await world.register({ ...metadata, application_type: 'web' }),
        'invalid_redirect_uri',
      )
      const { body } = await world.register(metadata)
      expect(body['application_type']).toBe('native')
    },
  )

  test('SEC-114 a private-use scheme from the list is registered and redirected to', async () => {
    const world = await startClientsWorld({ privateUseSchemes: ['cursor'] })
    const redirect_uri = 'cursor://anysphere.cursor-mcp/oauth/callback'
    const { body } = await world.register({ ...METADATA, redirect_uris: [redirect_uri] })
    const answer = await world.authorize({ client_id: String(body['client_id']), redirect_uri })
    expect(answer.status).toBe(303)
  })

  test('SEC-113 one in a record that was changed in the storage is refused too', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register(METADATA)
    const client_id = String(body['client_id'])
    const { adapter } = world.clients.configuration
    const records = (
      adapter as (name: string) => {
        find(id: string): Promise<object>
        upsert(...a: unknown[]): Promise<void>
      }
    )('Client')
    const redirect_uris = ['javascript:alert(1)']
    await records.upsert(client_id, { ...(await records.find(client_id)), redirect_uris }, 60)
    const answer = await world.authorize({ client_id, redirect_uri: 'javascript:alert(1)' })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })
})

describe('SEC-111 SEC-112 AS-13 a request has the redirect URI that was registered', () => {
  test.each([
    ['https://app.example/CB', 400],
    ['https://app.example/cb/', 400],
    ['https://app.example/cb?x=1', 400],
    ['https://app.example/cb%2f', 400],
    ['https://app.example/cb/../x', 400],
    ['https://app.example@evil/cb', 400],
    ['https://evil\\@app.example/cb', 400],
    ['HTTPS://APP.example/cb', 400],
    ['https://app.example:443/cb', 400],
    ['https:app.example/cb', 400],
    ['https://app.example/cb ', 400],
    ['https://app.example/c\tb', 400],
    ['https://app.example/cb', 303],
    ['http://127.0.0.1:50123/cb', 303],
    ['http://127.0.0.1/cb', 303],
    ['http://localhost:50123/cb', 400],
    ['http://127.0.0.2:50123/cb', 400],
    ['http://127.1:50123/cb', 400],
    ['https://127.0.0.1:50123/cb', 400],
    ['http://user@127.0.0.1:50123/cb', 400],
  ])('%j: %i', async (redirect_uri, status) => {
    const world = await startClientsWorld()
    const { body } = await world.register({
      ...METADATA,
      redirect_uris: ['https://app.example/cb', 'http://127.0.0.1:3000/cb'],
    })
    const answer = await world.authorize({ client_id: String(body['client_id']), redirect_uri })
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.headers.get('location')).toBeNull()
  })
})

describe('SEC-168 SEC-211 metadata that contradicts itself or endangers users', () => {
  test.each([
    { grant_types: ['refresh_token'] },
    { grant_types: ['authorization_code'], response_types: [] },
    { grant_types: ['implicit'], response_types: ['token'] },
    { response_types: ['code', 'token'] },
    { grant_types: [] },
    { grant_types: ['client_credentials'] },
    { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] },
    { grant_types: ['authorization_code', 'client_credentials'] },
    { grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'] },
    { logo_uri: 'javascript:alert(1)' },
    { logo_uri: 'data:image/svg+xml,<svg/>' },
    { client_uri: ' javascript:x' },
    { tos_uri: 'java\tscript:x' },
    { policy_uri: 'https://user@app.example' },
    { jwks_uri: 'http://app.example/keys' },
  ])('%j is invalid_client_metadata', async (fields) => {
    const world = await startClientsWorld()
    expectRefused(await world.register({ ...METADATA, ...fields }), 'invalid_client_metadata')
  })

  test('a grant type that this server lacks is dropped, as RFC 7591 §2 allows', async () => {
    const world = await startClientsWorld()
    const grant_types = ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']
    const { body } = await world.register({ ...METADATA, grant_types })
    expect(body['grant_types']).toEqual(['authorization_code', 'refresh_token'])
  })
})

test('SEC-213 clients cannot be read, changed or deleted, and nothing says that they could', async () => {
  const world = await startClientsWorld()
  const { body } = await world.register(METADATA)
  expect(Object.keys(body)).not.toContain('registration_access_token')
  expect(Object.keys(body)).not.toContain('registration_client_uri')
  for (const [method, status] of Object.entries({ GET: 401, PUT: 404, DELETE: 404 })) {
    const answer = await world.send(`/register/${String(body['client_id'])}`, {
      method,
      headers: { authorization: 'Bearer x' },
    })
    expect(answer.status).toBe(status)
  }
  const signedIn = await signIn(world, String(body['client_id']), METADATA.redirect_uris[0])
  expect(signedIn.status).toBe(200)
})

test('SEC-217 a name reaches the log as one plain line', async () => {
  const world = await startClientsWorld()
  const { body } = await world.register({ ...METADATA, client_name: '=cmd()\r\n\u001b[31mX\u202E' })
  expect(body['client_name']).toBe('cmd() [31mX')
  expect(world.takeEvents()).toMatchObject([{ clientName: 'cmd() [31mX' }])
})
