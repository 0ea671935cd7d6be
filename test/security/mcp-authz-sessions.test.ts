import { afterAll, expect, test } from 'vitest'
import { bearer, post, RESOURCE } from '../adapters/world.ts'
import { ask, messageOf } from '../conformance/eras.ts'
import { everywhere, takeReasons } from './cases.ts'
import { openAuthzWorld } from './support/authz-world.ts'
import { openSessionsWorld } from './support/sessions-v1.ts'

const SESSION = 'mcp-session-id'
const METHODS = ['POST', 'GET', 'DELETE'] as const
const ALICE = { sub: 'alice', client_id: 'app', tid: 'acme' }

const sdk = await openSessionsWorld()
const given: string[] = []
const { world } = await openAuthzWorld({
  server: { policy: { tools: { read_note: [] } } },
  handler: ({ body }) => {
    const isInitialize = (body as { method?: unknown } | undefined)?.method === 'initialize'
    if (!isInitialize) return { body: 'handled' }
    const id = `session-${given.length}`
    given.push(id)
    return { headers: [['Mcp-Session-Id', id]], body: 'initialized' }
  },
})
afterAll(() => Promise.all([sdk.close(), world.close()]))

/** Everybody who is not the owner, by what differs. */
const OTHERS = [
  ['user', { ...ALICE, sub: 'bob' }],
  ['client', { ...ALICE, client_id: 'another-app' }],
  ['tenant', { ...ALICE, tid: 'umbrella' }],
  ['client for itself', { ...ALICE, sub: 'app' }],
] as const
const NOT_FOUND = {
  status: 404,
  headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
}

test.each(world.apps)(
  'SEC-330 a session of somebody else is answered like one that never was (%s)',
  everywhere(world, async (app) => {
    const owner = bearer(await world.issuer.mint({ aud: RESOURCE, ...ALICE }))
    const opened = await app.send(post(messageOf('2025-11-25', 'initialize', {}, 1), owner))
    const session = opened.headers[SESSION] ?? ''
    expect(session).toBe(given.at(-1))
    expect(takeReasons(world)).toEqual(['auth.allow'])
    world.takeSeen()
    const requests = (token: readonly [string, string], ...ids: string[]) => {
      const lines = ids.map((id) => ['Mcp-Session-Id', id] as const)
      const message = messageOf('2025-11-25', 'tools/call', { name: 'read_note' }, 2)
      return METHODS.map((method) =>
        method === 'POST' ? post(message, token, ...lines) : { method, headers: [token, ...lines] },
      )
    }

    for (const [what, claims] of OTHERS) {
      const other = bearer(await world.issuer.mint({ aud: RESOURCE, ...claims }))
      const guessed = requests(other, 'never-was')
      for (const [at, request] of requests(other, session).entries()) {
        const answer = await app.send(request)
        expect([what, answer]).toMatchObject([what, NOT_FOUND])
        expect(answer).toEqual(await app.send(guessed[at] ?? {}))
      }
    }
    for (const request of requests(owner, session, 'session-x')) {
      expect(await app.send(request)).toMatchObject(NOT_FOUND)
    }
    expect(new Set(takeReasons(world))).toEqual(new Set(['session']))
    expect(world.takeSeen()).toEqual([])

    const refreshed = bearer(await world.issuer.mint({ aud: RESOURCE, ...ALICE, jti: 'second' }))
    for (const request of requests(refreshed, session)) {
      expect((await app.send(request)).status).toBe(200)
    }
    // The last of them was DELETE.
    for (const request of requests(owner, session)) {
      expect(await app.send(request)).toMatchObject(NOT_FOUND)
    }
  }),
)

test.each(world.apps)(
  'SEC-330 an identifier that the client chose opens no session (%s)',
  everywhere(world, async (app) => {
    const token = await world.issuer.mint({ aud: RESOURCE, ...ALICE })
    const lines = [['Mcp-Session-Id', 'chosen']] as const
    const initialize = ask('2025-11-25', token, 'initialize', {}, { lines })
    expect(await app.send(initialize)).toMatchObject(NOT_FOUND)
    expect(world.takeSeen()).toEqual([])
  }),
)

test.each(METHODS)(
  'SEC-330 %s with the session of another user, client, tenant or issuer of SDK v1',
  async (method) => {
    const owner = await sdk.mint(ALICE)
    const { headers } = await sdk.initialize(owner)
    const session = headers[SESSION] ?? ''
    expect([...sdk.sessions.keys()]).toContain(session)
    const others = await Promise.all([
      ...OTHERS.map(([, claims]) => sdk.mint(claims)),
      sdk.otherIssuer.mint({ aud: RESOURCE, ...ALICE }),
    ])
    for (const other of others) {
      const answer = await sdk.send(method, other, ['Mcp-Session-Id', session])
      expect(answer).toMatchObject(NOT_FOUND)
      expect(answer).toEqual(await sdk.send(method, other, ['Mcp-Session-Id', 'never-was']))
    }
    expect([...sdk.sessions.keys()]).toContain(session)
    const own = await sdk.send('POST', await sdk.mint(ALICE), ['Mcp-Session-Id', session])
    expect([own.status, own.body]).toEqual([200, expect.stringContaining('a secret note')])
  },
)

test('SEC-330 a session that an attacker has opened is none for the victim of SDK v1', async () => {
  const { headers } = await sdk.initialize(await sdk.mint({ ...ALICE, sub: 'mallory' }))
  const fixed = ['Mcp-Session-Id', headers[SESSION] ?? ''] as const
  const victim = await sdk.mint(ALICE)
  expect(await sdk.send('POST', victim, fixed)).toMatchObject(NOT_FOUND)
  expect(await sdk.initialize(victim, fixed)).toMatchObject(NOT_FOUND)
  expect(await sdk.initialize(victim, ['Mcp-Session-Id', 'chosen'])).toMatchObject(NOT_FOUND)

  const own = (await sdk.initialize(victim)).headers[SESSION]
  expect(own).toMatch(/^[0-9a-f-]{36}$/)
  expect(own).not.toBe(fixed[1])
})

test('SEC-330 a session ends with the revocation of its owner', async () => {
  const session = (await sdk.initialize(await sdk.mint({ ...ALICE, sub: 'carol' }))).headers[
    SESSION
  ]
  const later = Math.floor(Date.now() / 1000) + 1
  await sdk.gatehouse.revoke({ issuer: sdk.issuer.issuer, subject: 'carol', before: later })
  const again = await sdk.mint({ ...ALICE, sub: 'carol', iat: later, nbf: undefined })
  expect(await sdk.send('POST', again, ['Mcp-Session-Id', session ?? ''])).toMatchObject(NOT_FOUND)
})
