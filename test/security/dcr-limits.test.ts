import { createHash } from 'node:crypto'
import { StorageError } from 'mcp-gatehouse'
import { describe, expect, test, vi } from 'vitest'
import { createServerLimits } from '../../src/authorization-server/limits/index.ts'
import { addressGroup } from '../../src/limits/index.ts'
import { memory } from '../../src/storage/index.ts'
import { type ClientsWorld, METADATA, signIn, startClientsWorld } from './support/clients-world.ts'
import { createTestClock } from './support/test-clock.ts'

const DAY = 24 * 60 * 60
const [redirectUri] = METADATA.redirect_uris

function named(name: string): object {
  return { ...METADATA, client_name: name }
}

/** Of the record of the only client. */
async function versionOf({ storage }: ClientsWorld): Promise<string | undefined> {
  for await (const key of storage.list('registration:')) return (await storage.get(key))?.version
  return undefined
}

describe('SEC-208 registrations of one address', () => {
  test.each([
    ['an address', (i: number) => (i >= 0 ? '192.0.2.7' : '')],
    ['a /64', (i: number) => `2001:db8:1:2::${i.toString(16)}`],
    ['an address in two forms', (i: number) => (i % 2 === 0 ? '192.0.2.7' : '::ffff:192.0.2.7')],
  ])('of %s are 30 an hour, then 429 with Retry-After', async (_title, addressOf) => {
    const world = await startClientsWorld()
    const statuses = new Map<number, number>()
    for (let i = 0; i < 33; i += 1) {
      const { status } = await world.register(named(`c${i}`), { address: addressOf(i) })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect([...statuses]).toEqual([
      [201, 30],
      [429, 3],
    ])
    const refused = await world.register(METADATA, { address: addressOf(0) })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '3600'])
    expect((await world.register(METADATA, { address: '198.51.100.1' })).status).toBe(201)
    world.clock.pass(60 * 60)
    expect((await world.register(named('later'), { address: addressOf(0) })).status).toBe(201)
  })

  test('10,000 of one /64 are 30, and those of 1,000 addresses 30 each', async () => {
    const { openRateLimit } = createServerLimits(undefined, {
      issuer: 'https://as.example.com',
      clock: createTestClock(),
      emit: () => undefined,
    })
    const limit = openRateLimit('registrations', { limit: 30, windowSeconds: 3_600 })
    const count = async (addressOf: (i: number) => string): Promise<number> => {
      const takes = Array.from({ length: 10_000 }, (_, i) => limit.take(addressGroup(addressOf(i))))
      return (await Promise.all(takes)).filter((seconds) => seconds === 0).length
    }
    expect(await count((i) => `2001:db8::${i.toString(16)}`)).toBe(30)
    // Ten of each address, four times.
    const counts: number[] = []
    for (let round = 0; round < 4; round += 1) {
      counts.push(await count((i) => `10.1.${Math.floor((i % 1_000) / 250)}.${i % 250}`))
    }
    expect(counts).toEqual([10_000, 10_000, 10_000, 0])
  })

  test('there is a hard cap for all addresses together', async () => {
    const world = await startClientsWorld({ registration: { maxClients: 5 } })
    const statuses: number[] = []
    for (let i = 0; i < 7; i += 1) {
      statuses.push((await world.register(named(`c${i}`), { address: `192.0.2.${i}` })).status)
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429])
    // The same metadata again makes no new client.
    expect((await world.register(named('c0'))).status).toBe(201)
    const events = world
      .takeEvents()
      .map((event) => ('reason' in event ? event.reason : event.type))
    expect(events.slice(5)).toEqual(['full', 'full', 'client.registered'])
    const other = await startClientsWorld({ registration: { maxClients: 5 } }, world.storage)
    expect((await other.register(named('c9'))).status).toBe(429)
  })
})

describe('SEC-208 clients that are not used are forgotten', () => {
  test('after a day without a token', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register(METADATA)
    const client_id = String(body['client_id'])
    world.clock.pass(DAY - 60)
    expect((await world.authorize({ client_id })).status).toBe(303)
    world.clock.pass(61)
    expect((await world.authorize({ client_id })).body['error']).toBe('invalid_client')
    // And the same metadata makes a new client.
    const again = await world.register(METADATA)
    expect([again.status, again.body['client_id'] === client_id]).toEqual([201, false])
  })

  test('90 days after the last token', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register(METADATA)
    const client_id = String(body['client_id'])
    for (const passed of [0, 60]) {
      world.clock.pass(passed * DAY)
      const before = await versionOf(world)
      expect((await signIn(world, client_id, redirectUri)).status).toBe(200)
      // Nobody waits for it.
      await vi.waitFor(async () => expect(await versionOf(world)).not.toBe(before), 10_000)
    }
    world.clock.pass(90 * DAY - 60)
    expect((await world.authorize({ client_id })).status).toBe(303)
    world.clock.pass(61)
    expect((await world.authorize({ client_id })).body['error']).toBe('invalid_client')
  })
})

describe('the same metadata', () => {
  test('is one public client, whoever registers it', async () => {
    const world = await startClientsWorld()
    const first = await world.register(METADATA)
    const second = await world.register({ ...METADATA, scope: 'x' }, { address: '192.0.2.9' })
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(world.takeEvents()).toMatchObject([{ folded: false }, { folded: true }])
    const other = await world.register(named('Other'))
    expect(other.body['client_id']).not.toBe(first.body['client_id'])
  })

  test('is kept for whoever has registered it last', async () => {
    const world = await startClientsWorld()
    const { body } = await world.register(METADATA)
    world.clock.pass(DAY - 60)
    expect((await world.register(METADATA)).body).toEqual(body)
    world.clock.pass(120)
    const client_id = String(body['client_id'])
    expect((await world.authorize({ client_id })).status).toBe(303)
    world.clock.pass(DAY)
    expect((await world.authorize({ client_id })).body['error']).toBe('invalid_client')
  })

  test('is a new client each time where that has a secret', async () => {
    const world = await startClientsWorld()
    const metadata = { ...METADATA, token_endpoint_auth_method: 'client_secret_basic' }
    const [first, second] = [await world.register(metadata), await world.register(metadata)]
    expect(second.body['client_id']).not.toBe(first.body['client_id'])
    expect(second.body['client_secret']).not.toBe(first.body['client_secret'])
  })
})

describe('SEC-215 registration with an initial access token', () => {
  const hashed = (token: string): string => createHash('sha256').update(token).digest('hex')
  const START = createTestClock().now()
  const bearer = (token: string): { readonly headers: Record<string, string> } => ({
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })

  test('works with a configured token and with an issued one, again and again', async () => {
    const world = await startClientsWorld({
      registration: { mode: 'token', initialAccessTokens: [{ sha256: hashed('configured') }] },
    })
    const issued = await world.clients.initialAccessTokens?.issue({ ttlSeconds: 60 })
    expect(issued).toMatch(/^[\w-]{43}$/)
    for (const token of ['configured', issued, issued]) {
      expect((await world.register(METADATA, bearer(String(token)))).status).toBe(201)
    }
    // Neither in a key nor in a value.
    for await (const key of world.storage.list('')) {
      const record = await world.storage.get(key)
      expect(key + new TextDecoder().decode(record?.value)).not.toContain(issued)
    }
  })

  test.each([
    ['absent', {}],
    ['wrong', bearer('wrong')],
    ['expired', bearer('expired')],
    [
      'of another scheme',
      { headers: { authorization: 'Basic Y29uZmlndXJlZA==', 'content-type': 'application/json' } },
    ],
    ['of another tenant', bearer('other-tenant')],
  ])('a token that is %s is 401', async (_title, init) => {
    const initialAccessTokens = [{ sha256: hashed('expired'), expiresAt: START }]
    const world = await startClientsWorld({ registration: { mode: 'token', initialAccessTokens } })
    const answer = await world.register(METADATA, init)
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_token'])
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  test('a token of one tenant is none of another', async () => {
    const { createInitialAccessTokens } = await import(
      '../../src/authorization-server/clients/initial-access-tokens.ts'
    )
    const storage = memory()
    const [one, other] = ['a', 'b'].map((tenant) =>
      createInitialAccessTokens([], storage, tenant, createTestClock()),
    )
    const token = (await one?.issue({ ttlSeconds: 60 })) ?? ''
    expect(await one?.find(token)).toEqual({ grantTypes: [] })
    expect(await other?.find(token)).toBeUndefined()
  })

  test('SEC-216 privileges are for tokens that name them; others get 403', async () => {
    const initialAccessTokens = [
      { sha256: hashed('ordinary') },
      { sha256: hashed('service'), grantTypes: ['client_credentials'] },
    ]
    const world = await startClientsWorld({ registration: { mode: 'token', initialAccessTokens } })
    const metadata = {
      client_name: 'Service',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_basic',
    }
    const refused = await world.register(metadata, bearer('ordinary'))
    expect([refused.status, refused.body['error']]).toEqual([403, 'insufficient_scope'])
    const made = await world.register(metadata, bearer('service'))
    expect([made.status, made.body['grant_types']]).toEqual([201, ['client_credentials']])
    const secretless = { ...metadata, token_endpoint_auth_method: 'none' }
    expect((await world.register(secretless, bearer('service'))).status).toBe(400)
  })
})

describe('modes', () => {
  test('loopback only takes clients on the user’s machine', async () => {
    const world = await startClientsWorld({
      registration: 'loopback',
      privateUseSchemes: ['cursor'],
    })
    const withUris = (...redirect_uris: string[]): object => ({ ...METADATA, redirect_uris })
    expect((await world.register(withUris('http://127.0.0.1/cb'))).status).toBe(201)
    for (const uri of ['https://app.example/cb', 'cursor://x/cb']) {
      const answer = await world.register(withUris('http://127.0.0.1/cb', uri))
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_redirect_uri'])
    }
  })

  test('off has no endpoint and does not advertise one', async () => {
    const world = await startClientsWorld({ registration: 'off' })
    expect((await world.register(METADATA)).status).toBe(404)
    const metadata = await world.send('/.well-known/openid-configuration')
    expect(metadata.body).not.toHaveProperty('registration_endpoint')
  })
})

test('a store that fails is 503 with Retry-After', async () => {
  const storage = memory()
  const failing = {
    ...storage,
    get: async () => {
      throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
    },
  }
  const world = await startClientsWorld({}, failing)
  const answer = await world.register(METADATA)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  expect(answer.body['error']).toBe('temporarily_unavailable')
  const clientId = world.publish('/c', METADATA)
  const page = await world.authorize({ client_id: clientId })
  expect([page.status, page.headers.get('retry-after')]).toEqual([503, '5'])
  expect(page.body['error']).toBe('temporarily_unavailable')
})
