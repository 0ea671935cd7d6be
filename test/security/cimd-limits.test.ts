import { generateKeyPairSync } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  type ClientsWorld,
  DOCUMENT_HOST,
  METADATA,
  signIn,
  startClientsWorld,
} from './support/clients-world.ts'
import { expectAccepted, expectRefused } from './support/expect-document.ts'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

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
  const { fetch = globalThis.fetch } = strict.clients.configuration
  await expect(fetch(`https://127.0.0.1:${strict.host.port}/keys`, {})).rejects.toThrow('(address)')
  await expect(fetch('https://127.0.0.1/keys', {})).rejects.toThrow('(port)')
  expect(strict.host.connections).toBe(0)
  const keys = { keys: [publicKey.export({ format: 'jwk' })] }
  const url = world.publish('/keys', (_req: unknown, res: ServerResponse) =>
    res.end(JSON.stringify(keys)),
  )
  const { fetch: fetchKeys = globalThis.fetch } = world.clients.configuration
  expect(await (await fetchKeys(url, {})).json()).toEqual(keys)
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
  expect(await all()).toEqual([400])
  expect(world.host.requests).toHaveLength(1)
  expectRefused(await world.authorize({ client_id: clientId }))
  expect(world.host.requests).toHaveLength(2)
  world.publish('/c', METADATA)
  expect(await all()).toEqual([303])
  expect(world.host.requests).toHaveLength(3)
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
    expect(world.host.connections).toBe(1)
  })

  test.each(['*', '*.com.*', 'https://example.com', 'Example.com', 'example', '', '*.*.com'])(
    '%j is no domain to trust',
    async (domain) => {
      await expect(trusting(domain)).rejects.toMatchObject({ code: 'ERR_CONFIG_CLIENT_DOMAIN' })
    },
  )
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
