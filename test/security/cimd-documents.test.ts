import { generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { DOCUMENT_HOST, METADATA, signIn, startClientsWorld } from './support/clients-world.ts'
import { expectAccepted, expectRefused, GENERIC, reasons } from './support/expect-document.ts'
import { spyOnSockets } from './support/socket-spy.ts'

test('AS-04 AS-06 AS-07 a client is known by the document at its URL, fetched once', async () => {
  const world = await startClientsWorld()
  const clientId = world.publish('/client.json', METADATA)
  expectAccepted(await world.authorize({ client_id: clientId }))
  expectAccepted(await world.authorize({ client_id: clientId }))
  expect(world.host.requests).toHaveLength(1)
  const other = await world.authorize({
    client_id: clientId,
    redirect_uri: 'https://app.example/cb2',
  })
  expect([other.status, other.headers.get('location')]).toEqual([400, null])
  expect(other.body['error']).toBe('invalid_redirect_uri')
  const metadata = await world.send('/.well-known/openid-configuration')
  expect(metadata.body['client_id_metadata_document_supported']).toBe(true)
  expect((await signIn(world, clientId, METADATA.redirect_uris[0])).body).toMatchObject({
    access_token: expect.any(String),
    refresh_token: expect.any(String),
  })
})

describe('SEC-178 what is no client id of the draft is refused without a socket', () => {
  test.each([
    'http://client.example.com/c',
    'https://client.example.com',
    'https://client.example.com/',
    'https://client.example.com/./c',
    'https://client.example.com/a/../c',
    'https://client.example.com/%2e%2E/c',
    'https://client.example.com/c#f',
    'https://user@client.example.com/c',
    'https://user:pass@client.example.com/c',
    'https://client.example.com/c?q=1',
    'https://client.example.com/c d',
    'https://client.example.com/c\t',
    'https://client.example.com\\c',
    'https:client.example.com/c',
    'https:/client.example.com/c',
    'https://localhost/c',
    'https://169.254.169.254/c',
    `https://client.example.com/${'c'.repeat(3_000)}`,
  ])('%j', async (clientId) => {
    const world = await startClientsWorld({
      clientIdMetadata: { fetch: { allowInsecureLoopback: false, ports: [443] } },
    })
    // One for the request of the test itself.
    const sockets = spyOnSockets()
    const answer = await world.authorize({ client_id: clientId })
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
    expect(answer.body['error']).toBe('invalid_client')
    expect(sockets.opened).toBe(1)
    expect(world.host.connections).toBe(0)
  })
})

describe('SEC-185 an answer other than 200 with JSON is refused, and not remembered', () => {
  test.each([201, 204, 206, 304, 404, 500])('status %i', async (status) => {
    const world = await startClientsWorld()
    const body = JSON.stringify({
      ...METADATA,
      client_id: `https://${DOCUMENT_HOST}:${world.host.port}/c`,
    })
    const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
      res
        .writeHead(status, { 'Content-Type': 'application/json' })
        .end(status === 204 || status === 304 ? undefined : body)
    })
    expectRefused(await world.authorize({ client_id: clientId }))
    expect(reasons(world)).toEqual([`status-${status}`])
    world.publish('/c', METADATA)
    expectAccepted(await world.authorize({ client_id: clientId }))
  })

  test('AS-07 JSON that is served as something else', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
      res.writeHead(200, { 'Content-Type': 'text/html' }).end(JSON.stringify(METADATA))
    })
    expectRefused(await world.authorize({ client_id: clientId }))
    expect(reasons(world)).toEqual(['content-type'])
  })
})

test('SEC-184 a redirect to a good document is refused', async () => {
  const world = await startClientsWorld()
  const good = world.publish('/good', METADATA)
  const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
    res.writeHead(302, { Location: good }).end()
  })
  expectRefused(await world.authorize({ client_id: clientId }))
  expect(world.host.requests.map(({ url }) => url)).toEqual(['/c'])
})

describe('SEC-189 AS-05 the client_id of the document is compared as a string', () => {
  test.each([
    ['another case', (id: string) => id.replace('client.', 'Client.')],
    ['a slash', (id: string) => `${id}/`],
    ['a port', (id: string) => id.replace(/:\d+/, ':443')],
    ['another percent-encoding', (id: string) => id.replace('%2B', '%2b')],
    ['nothing', () => undefined],
  ])('%s is another client', async (_title, change) => {
    const world = await startClientsWorld()
    const id = `https://${DOCUMENT_HOST}:${world.host.port}/a%2B`
    world.publish('/a%2B', { ...METADATA, client_id: change(id) })
    expectRefused(await world.authorize({ client_id: id }))
    expect(reasons(world)).toEqual(['client_id'])
    world.publish('/a%2B', METADATA)
    expectAccepted(await world.authorize({ client_id: id }))
  })
})

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

describe('SEC-190 SEC-191 SEC-113 documents that break the rules', () => {
  test.each([
    ['client_name', { client_name: undefined }],
    ['client_name', { client_name: 7 }],
    ['client_name', { client_name: '\u202E' }],
    ['redirect_uris', { redirect_uris: undefined }],
    ['redirect_uris', { redirect_uris: [] }],
    ['redirect_uris', { redirect_uris: 'https://app.example/cb' }],
    ['redirect_uris', { redirect_uris: [{}] }],
    ['redirect_uris', { redirect_uris: Array.from({ length: 51 }, (_, i) => `https://a/${i}`) }],
    ['redirect_uris', { redirect_uris: ['https://*.example/cb'] }],
    ['redirect_uris', { redirect_uris: ['javascript:alert(1)'] }],
    ['redirect_uris', { redirect_uris: ['https://app.example/cb', 'data:text/html,x'] }],
    ['redirect_uris', { redirect_uris: ['cursor://x/cb'] }],
    ['redirect_uris', { redirect_uris: ['http://127.0.0.1/cb'], application_type: 'web' }],
    ['grant_types', { grant_types: {} }],
    ['response_types', { response_types: ['token'] }],
    ['logo_uri', { logo_uri: 'javascript:alert(1)' }],
    ['client_uri', { client_uri: 'http://app.example' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'client_secret_post' }],
    ['token_endpoint_auth_method', { token_endpoint_auth_method: 'client_secret_jwt' }],
    ['client_secret', { client_secret: 'x' }],
    ['client_secret', { client_secret_expires_at: 0 }],
    ['jwks', { jwks: { keys: [privateKey.export({ format: 'jwk' })] } }],
    ['jwks', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['jwks', { token_endpoint_auth_method: 'private_key_jwt' }],
  ])('%s in %j', async (reason, fields) => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', { ...METADATA, ...fields })
    expectRefused(await world.authorize({ client_id: clientId }))
    expect(reasons(world)).toEqual([reason])
  })

  test.each(['[]', 'null', '"x"', '{', '', '\uFEFF{}x'])('the body %j', async (body) => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
    })
    expectRefused(await world.authorize({ client_id: clientId }))
    expect(reasons(world)).toEqual(['not-json'])
  })

  test('a member that stands twice, whichever of the two is good', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', (req: IncomingMessage, res: ServerResponse) => {
      const url = `https://${req.headers.host}${req.url}`
      const document = JSON.stringify({ client_id: url, ...METADATA })
      const twice = document.replace(/\}$/, ',"redirect_uris":["https://evil.example/cb"]}')
      res.writeHead(200, { 'Content-Type': 'application/json' }).end(twice)
    })
    expectRefused(await world.authorize({ client_id: clientId }))
    expect(reasons(world)).toEqual(['not-json'])
  })

  test('at the token endpoint the answer is 401, with a challenge where Basic was used', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', { ...METADATA, client_secret: 'x' })
    const answer = await world.token({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: clientId,
    })
    expect([answer.status, answer.body]).toEqual([401, GENERIC])
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:x`).toString('base64')
    const challenged = await world.send('/token', {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
    })
    expect(challenged.status).toBe(401)
    expect(challenged.headers.get('www-authenticate')).toMatch(/^Basic /)
  })
})

test('AS-08 AS-22 what a document leaves out gets the defaults of this server', async () => {
  const world = await startClientsWorld({ privateUseSchemes: ['cursor'] })
  const redirects = ['http://127.0.0.1/cb', 'cursor://app/cb', 'https://app.example/cb']
  const clientId = world.publish('/c', {
    client_name: 'A\u202E client',
    redirect_uris: redirects,
    scope: 'openid',
    grant_types: ['authorization_code', 'client_credentials', 'urn:x'],
    subject_type: 'pairwise',
    sector_identifier_uri: `https://${DOCUMENT_HOST}:${world.host.port}/sector`,
  })
  expectAccepted(
    await world.authorize({ client_id: clientId, redirect_uri: 'http://127.0.0.1:5123/cb' }),
  )
  expectAccepted(await world.authorize({ client_id: clientId, redirect_uri: 'cursor://app/cb' }))
  // SEC-192: nothing that the document names is fetched.
  expect(world.host.requests).toHaveLength(1)
})
