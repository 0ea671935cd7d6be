import { generateKeyPairSync } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { METADATA, signIn, startClientsWorld } from './support/clients-world.ts'
import { expectRegistrationRefused as expectRefused } from './support/expect-registration.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const UPSTREAM = {
  clientId: 'upstream-client-canary',
  secret: 'upstream-secret-canary'.padEnd(40, 'x'),
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
        at: world.clock.now(),
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
    expect(world.takeEvents()).toMatchObject([
      { type: 'client.registration_refused', at: world.clock.now(), status: 400 },
    ])
  })

  test('a body that is no JSON, by its type', async () => {
    const world = await startClientsWorld()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expectRefused(await world.register('redirect_uris=x', { headers }), 'invalid_client_metadata')
  })

  test.each(['announced', 'not announced'])('1 MB, %s, is 413', async (title) => {
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
