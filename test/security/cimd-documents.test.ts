import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  CLIENT_DOCUMENT_ERROR,
  hashClientMetadata,
} from '../../src/authorization-server/clients/index.ts'
import {
  type Answer,
  type ClientsWorld,
  DOCUMENT_HOST,
  METADATA,
  signIn,
  startClientsWorld,
} from './support/clients-world.ts'
import { spyOnSockets } from './support/socket-spy.ts'

const GENERIC = { error: 'invalid_client', error_description: CLIENT_DOCUMENT_ERROR }

/** The server's own page, and nothing that leads to the client. */
function expectRefused(answer: Answer): void {
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  expect(answer.body).toMatchObject(GENERIC)
}

function expectAccepted(answer: Answer): void {
  expect([answer.status, answer.text]).toEqual([303, expect.any(String)])
  expect(answer.headers.get('location')).toMatch(/\/interaction\//)
}

const reasons = (world: ClientsWorld): readonly string[] =>
  world
    .takeEvents()
    .flatMap((event) => (event.type === 'client.document_refused' ? event.reason : []))

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

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

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

test('SEC-192 the keys of a client are fetched through the same guard', async () => {
  const world = await startClientsWorld()
  const inner = `https://127.0.0.1:1/keys`
  for (const uri of [inner, 'https://vault.internal/keys', `https://${DOCUMENT_HOST}:22/keys`]) {
    const clientId = world.publish(`/c${uri.length}`, {
      ...METADATA,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: uri,
      logo_uri: inner,
      policy_uri: inner,
    })
    expectAccepted(await world.authorize({ client_id: clientId }))
  }
  expect(world.host.requests.every(({ url }) => url.startsWith('/c'))).toBe(true)
  const strict = await startClientsWorld({
    clientIdMetadata: { fetch: { allowInsecureLoopback: false } },
  })
  const { fetch } = strict.clients.configuration
  await expect(fetch(`https://127.0.0.1:${strict.host.port}/keys`, {})).rejects.toThrow('(address)')
  await expect(fetch('https://127.0.0.1/keys', {})).rejects.toThrow('(port)')
  expect(strict.host.connections).toBe(0)
  const keys = { keys: [publicKey.export({ format: 'jwk' })] }
  const url = world.publish('/keys', (_req: unknown, res: ServerResponse) =>
    res.end(JSON.stringify(keys)),
  )
  expect(await (await world.clients.configuration.fetch(url, {})).json()).toEqual(keys)
})

describe('SEC-193 documents of one host, and those that one address asks for', () => {
  test('10 a minute from one host; then 429', async () => {
    const world = await startClientsWorld()
    const answers: Answer[] = []
    for (let i = 0; i < 12; i += 1) {
      const clientId = world.publish(`/${i}`, METADATA)
      answers.push(await world.authorize({ client_id: clientId }, `198.51.100.${i}`))
    }
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(303), 429, 429])
    expect(answers[11]?.headers.get('retry-after')).toBe('60')
    expect(answers[11]?.body['error']).toBe('temporarily_unavailable')
    expect(world.host.requests).toHaveLength(10)
    world.clock.pass(60)
    expectAccepted(await world.authorize({ client_id: world.publish('/11', METADATA) }))
  })

  test('20 a minute for one address, whatever the hosts', async () => {
    const world = await startClientsWorld()
    const statuses: number[] = []
    for (let i = 0; i < 22; i += 1) {
      const clientId = `https://h${i}.example.com:${world.host.port}/c`
      world.publish('/c', { ...METADATA, client_id: clientId })
      statuses.push((await world.authorize({ client_id: clientId }, '2001:db8::1:1')).status)
    }
    expect(statuses).toEqual([...Array(20).fill(303), 429, 429])
  })

  test('16 at once', async () => {
    const world = await startClientsWorld()
    const waiting: (() => void)[] = []
    world.publish('/c', (_req: unknown, res: ServerResponse) => {
      waiting.push(() => res.writeHead(404).end())
    })
    const asked = Array.from({ length: 20 }, (_, i) =>
      world.authorize(
        { client_id: `https://h${i}.example.com:${world.host.port}/c` },
        `192.0.2.${i}`,
      ),
    )
    const early = await Promise.all(asked.slice(16))
    expect(early.map(({ status }) => status)).toEqual([429, 429, 429, 429])
    while (waiting.length < 16) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const answer of waiting) answer()
    expect((await Promise.all(asked)).filter(({ status }) => status === 400)).toHaveLength(16)
  })
})

test('SEC-196 many requests with one cold client are one fetch; a failure is not kept', async () => {
  const world = await startClientsWorld()
  const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
    setTimeout(() => res.writeHead(500).end(), 300)
  })
  const all = async (): Promise<readonly number[]> => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => world.authorize({ client_id: clientId })),
    )
    return [...new Set(answers.map(({ status }) => status))]
  }
  const first = world.authorize({ client_id: clientId })
  expectRefused(await first)
  expect(world.host.requests).toHaveLength(1)
  world.publish('/c', METADATA)
  expect(await all()).toEqual([303])
  expect(world.host.requests).toHaveLength(2)
})

describe('SEC-198 AS-08 trust by domain', () => {
  const trusting = (...trustedDomains: string[]): Promise<ClientsWorld> =>
    startClientsWorld({ clientIdMetadata: { trustedDomains } })

  test.each([
    'evil-example.com',
    'example.com.evil.org',
    'EXAMPLE.com.',
    'xn--exmple-cua.com',
    'a.example.com',
    'com',
  ])('%s is not example.com', async (hostname) => {
    const world = await trusting('example.com')
    expectRefused(await world.authorize({ client_id: `https://${hostname}:${world.host.port}/c` }))
    expect(world.host.connections).toBe(0)
  })

  test('a pattern means all names below, and not the domain itself', async () => {
    const world = await trusting('*.example.com')
    expectAccepted(await world.authorize({ client_id: world.publish('/c', METADATA) }))
    for (const hostname of ['example.com', 'evilexample.com', '.example.com']) {
      const answer = await world.authorize({
        client_id: `https://${hostname}:${world.host.port}/c`,
      })
      expect(answer.status).toBe(400)
    }
    expect(world.host.requests).toHaveLength(1)
  })

  test.each(['*', '*.com.*', 'https://example.com', 'Example.com', 'example', '', '*.*.com'])(
    '%j is no domain to trust',
    async (domain) => {
      await expect(trusting(domain)).rejects.toMatchObject({ code: 'ERR_CONFIG_CLIENT_DOMAIN' })
    },
  )
})

describe('SEC-201 a document that changes', () => {
  test('is told about by its fields, and its old redirect URI no longer works', async () => {
    const changes: unknown[] = []
    const world = await startClientsWorld({
      clientIdMetadata: { onChange: (change) => void changes.push(change) },
    })
    const clientId = world.publish('/c', METADATA)
    expectAccepted(await world.authorize({ client_id: clientId }))
    await world.clients.noteApproval(clientId)
    world.publish('/c', { ...METADATA, redirect_uris: ['https://app.example/new'] })
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.clock.pass(61)
    expect((await world.authorize({ client_id: clientId })).body['error']).toBe(
      'invalid_redirect_uri',
    )
    const event = { clientId, fields: ['redirect_uris'] }
    expect(changes).toEqual([event])
    expect(world.takeEvents()).toEqual([{ type: 'client.metadata_changed', ...event }])
  })

  test('is not used while the hook that is to revoke fails', async () => {
    let isFailing = true
    const world = await startClientsWorld({
      clientIdMetadata: {
        onChange: () => {
          if (isFailing) throw new Error('no')
        },
      },
    })
    const clientId = world.publish('/c', METADATA)
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.publish('/c', { ...METADATA, client_name: 'Other' })
    world.clock.pass(61)
    expect((await world.authorize({ client_id: clientId })).headers.get('location')).toBeNull()
    isFailing = false
    expectAccepted(await world.authorize({ client_id: clientId }))
  })

  test('SEC-172 has another hash, of what the user saw and of nothing else', () => {
    const metadata = { ...METADATA, client_id: 'https://client.example.com/c' }
    const hash = hashClientMetadata(metadata)
    expect(hash).toMatch(/^[\w-]{43}$/)
    expect(hashClientMetadata({ ...metadata, software_version: '2' })).toBe(hash)
    for (const change of [
      { client_name: 'Other' },
      { redirect_uris: ['https://app.example/cb2'] },
      { jwks_uri: 'https://client.example.com/keys' },
      { client_id: 'https://client.example.com/d' },
    ]) {
      expect(hashClientMetadata({ ...metadata, ...change })).not.toBe(hash)
    }
  })
})

describe('AS-07 the cache', () => {
  test.each([
    ['max-age=600', {}, 600],
    ['public, max-age=600', { Age: '100' }, 500],
    ['max-age=999999', {}, 86_400],
    ['no-store, max-age=600', {}, 60],
    ['max-age=1', {}, 60],
    ['', { Date: 'Sat, 01 Jan 2028 00:00:00 GMT', Expires: 'Sat, 01 Jan 2028 00:10:00 GMT' }, 600],
    ['', {}, 60],
  ])('Cache-Control %j with %j keeps a document for %i s', async (control, headers, seconds) => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', (_req: unknown, res: ServerResponse) => {
      const id = `https://${DOCUMENT_HOST}:${world.host.port}/c`
      const all = { 'Content-Type': 'application/json', 'Cache-Control': control, ...headers }
      res.writeHead(200, all).end(JSON.stringify({ ...METADATA, client_id: id }))
    })
    await world.authorize({ client_id: clientId })
    world.clock.pass(seconds - 1)
    expectAccepted(await world.authorize({ client_id: clientId }))
    expect(world.host.requests).toHaveLength(1)
    world.clock.pass(2)
    expectAccepted(await world.authorize({ client_id: clientId }))
    expect(world.host.requests).toHaveLength(2)
  })

  test('another replica takes a fresh document from the storage', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    const other = await startClientsWorld({}, world.storage)
    expectAccepted(await other.authorize({ client_id: clientId }))
    expect([world.host.requests.length, other.host.requests.length]).toEqual([1, 0])
  })

  test('a document outlives an hour in which its host is down, and no longer', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    world.publish('/c', (_req: unknown, res: ServerResponse) => res.destroy())
    world.clock.pass(60 * 60)
    expectAccepted(await world.authorize({ client_id: clientId }))
    world.clock.pass(60)
    expectRefused(await world.authorize({ client_id: clientId }))
  })

  test('a document that is gone is gone at once', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/c', METADATA)
    await world.authorize({ client_id: clientId })
    world.publish('/c', { ...METADATA, redirect_uris: [] })
    world.clock.pass(61)
    expectRefused(await world.authorize({ client_id: clientId }))
  })
})

test('SEC-202 two installations with one document: signing in again with one leaves the other its grant', async () => {
  const world = await startClientsWorld()
  const redirect = 'http://127.0.0.1:3000/cb'
  const clientId = world.publish('/c', { ...METADATA, redirect_uris: ['http://127.0.0.1/cb'] })
  const [laptop, desktop] = [
    await signIn(world, clientId, redirect),
    await signIn(world, clientId, 'http://127.0.0.1:4000/cb'),
  ]
  expect((await signIn(world, clientId, redirect)).status).toBe(200)
  for (const { body } of [laptop, desktop]) {
    const refresh_token = String(body['refresh_token'])
    const answer = await world.token({
      grant_type: 'refresh_token',
      refresh_token,
      client_id: clientId,
    })
    expect(answer.status).toBe(200)
  }
})

test('SEC-204 AS-04 with clientIdMetadata off, a URL is no client, nothing is fetched or advertised', async () => {
  const world = await startClientsWorld({ clientIdMetadata: 'off' })
  const answer = await world.authorize({ client_id: world.publish('/c', METADATA) })
  expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_client'])
  expect(world.host.connections).toBe(0)
  const metadata = await world.send('/.well-known/openid-configuration')
  expect(metadata.text).not.toContain('client_id_metadata_document')
})
