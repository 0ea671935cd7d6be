import type { AuditEvent } from 'mcp-gatehouse'
import { currentRequest } from 'mcp-gatehouse/context'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { post } from '../adapters/world.ts'
import { createTestClock, type TestClock } from '../security/support/test-clock.ts'
import { ask, ERAS, messageOf } from './eras.ts'
import { answered, createMint, lacking, NOTES, openPolicyWorld } from './policy-world.ts'

const clock = createRealClock()
const world = await openPolicyWorld({
  server: {
    clock,
    challengeScopes: ['notes:read'],
    policy: { ...NOTES, implies: { 'notes:write': ['notes:read'] } },
    correlationId: (header) => header('x-request-name') ?? '',
  },
})
const mintReal = createMint(world)
const mint: typeof mintReal = (scope, claims) =>
  mintReal(scope, { iat: clock.now(), exp: clock.now() + 300, ...claims })
afterAll(() => world.close())
beforeEach(() => void world.takeEvents())

/** A clock that tokens of the real time are good for, and that can be told to move on. */
function createRealClock(): TestClock {
  const real = createTestClock()
  real.step(Math.floor(Date.now() / 1000) - real.now())
  return real
}

const WRITE = { name: 'write_note' }
const named = (name: string) => ({ lines: [['X-Request-Name', name]] as [string, string][] })

/** An event without the facts that every event has. */
function core(event: AuditEvent): Readonly<Record<string, unknown>> {
  const {
    at,
    resource,
    method,
    path,
    address: _address,
    ...rest
  } = { ...event } as Record<string, unknown>
  expect([typeof at, resource, method, path]).toEqual([
    'number',
    'https://mcp.example.com/mcp',
    'POST',
    '/mcp',
  ])
  return rest
}

describe.each(world.apps)('elevations: %s', (platform, app) => {
  test.each(ERAS)('RS-30 a new scope is traced from 401 to success in %s', async (era) => {
    const caller = { sub: `${platform} ${era}`, client_id: 'editor' }
    const who = { issuer: world.issuer.issuer, subject: caller.sub, clientId: 'editor' }
    const operations = [{ method: 'tools/call', name: 'write_note' }]
    const { headers = [], ...anonymous } = ask(era, '', 'tools/call', WRITE, named('first'))
    const unsigned = headers.filter(([name]) => name !== 'Authorization')
    expect((await app.send({ ...anonymous, headers: unsigned })).status).toBe(401)
    const weak = await mint('notes:read', caller)
    expect((await app.send(ask(era, weak, 'tools/call', WRITE, named('second')))).status).toBe(403)
    // The same token once more, and one that gained something else.
    const other = await mint('notes:read profile', caller)
    const read = { name: 'read_notes' }
    expect((await app.send(ask(era, other, 'tools/call', read, named('third')))).status).toBe(200)
    const strong = await mint('notes:write', caller)
    for (const name of ['fourth', 'fifth']) {
      expect((await app.send(ask(era, strong, 'tools/call', WRITE, named(name)))).status).toBe(200)
    }
    const facts = { ...who, tenant: undefined }
    const scopes = ['notes:write']
    expect(world.takeEvents().map(core)).toEqual([
      { type: 'auth.deny', correlationId: 'first', reason: 'no_credentials', status: 401 },
      {
        type: 'auth.deny',
        correlationId: 'second',
        ...facts,
        operations,
        scopes,
        reason: 'scope',
        status: 403,
      },
      {
        type: 'auth.allow',
        correlationId: 'third',
        ...facts,
        operations: [{ method: 'tools/call', name: 'read_notes' }],
      },
      {
        type: 'scope.elevated',
        correlationId: 'fourth',
        ...facts,
        requested: scopes,
        granted: ['notes:write'],
        challengedBy: 'second',
      },
      { type: 'auth.allow', correlationId: 'fourth', ...facts, operations },
      { type: 'auth.allow', correlationId: 'fifth', ...facts, operations },
    ])
  })

  test('RS-30 a part of what was asked for is an elevation too, of one client alone', async () => {
    const caller = { sub: `${platform} part` }
    const share = { name: 'share_note' }
    const denied = ask('2026-07-28', await mint('', caller), 'tools/call', share, named('asked'))
    expect((await app.send(denied)).status).toBe(403)
    const agent = await mint('notes:share', { ...caller, client_id: 'another' })
    const list = (token: string, name: string) =>
      ask('2026-07-28', token, 'tools/list', {}, named(name))
    expect((await app.send(list(agent, 'agent'))).status).toBe(200)
    expect((await app.send(list(await mint('notes:share', caller), 'back'))).status).toBe(200)
    const elevated = world.takeEvents().filter(({ type }) => type === 'scope.elevated')
    expect(elevated.map(core)).toEqual([
      expect.objectContaining({
        correlationId: 'back',
        requested: ['notes:write', 'notes:share'],
        granted: ['notes:share'],
        challengedBy: 'asked',
      }),
    ])
  })

  test('RS-30 a policy that fails says so to the operator, and not to the client', async () => {
    const token = await mint('notes:read')
    const request = ask('2025-11-25', token, 'tools/call', { name: 'broken' }, named('broken'))
    const { status, body, headers } = await app.send(request)
    expect([status, headers['www-authenticate']]).toEqual([403, undefined])
    expect(body).not.toContain('policy store')
    const [event, ...others] = world.takeEvents()
    expect(others).toEqual([])
    expect(event).toMatchObject({
      type: 'policy.error',
      correlationId: 'broken',
      status: 403,
      error: { message: expect.stringContaining('policy') },
      operations: [{ method: 'tools/call', name: 'broken' }],
      clientId: 'client-1',
    })
  })

  test('a batch is one event with all of its operations', async () => {
    const names = ['open_door', 'write_note', 'share_note']
    const batch = names.map((name, id) => messageOf('2025-03-26', 'tools/call', { name }, id))
    const { headers = [] } = ask('2025-03-26', await mint(''), 'ping', {}, named('batch'))
    const { body = '' } = post(batch)
    expect((await app.send({ method: 'POST', headers, body })).status).toBe(403)
    expect(world.takeEvents()).toEqual([
      expect.objectContaining({
        type: 'auth.deny',
        scopes: ['notes:write', 'notes:share'],
        operations: names.map((name) => ({ method: 'tools/call', name })),
      }),
    ])
  })
})

describe.each(world.apps)('loops: %s', (platform, app) => {
  const LOOPING =
    'The access token still lacks a scope that this request needs, although it was asked for. Ask the user to sign in again and to allow it.'
  const data = { error: 'insufficient_scope', error_description: LOOPING, scope: 'notes:write' }
  const error = { code: -32_003, message: LOOPING, data }
  const answer = answered(403, { jsonrpc: '2.0', id: 1, error })
  const looping = { ...answer, headers: { ...answer.headers, 'retry-after': '60' } }
  const challenge = lacking('notes:write', 1)

  test.each(ERAS)('the fourth challenge within a minute is a plain refusal in %s', async (era) => {
    const sub = `${platform} ${era} loop`
    const token = await mint('', { sub })
    const other = await mint('', { sub, client_id: 'another' })
    const send = (name: string, bearer: string) =>
      app.send(ask(era, bearer, 'tools/call', { name }))
    for (let round = 0; round < 3; round += 1) {
      expect(await send('write_note', token)).toEqual(challenge)
      clock.pass(15)
    }
    world.takeEvents()
    expect(await send('write_note', token)).toEqual(looping)
    expect(world.takeEvents()).toEqual([
      expect.objectContaining({ reason: 'scope_loop', status: 403, scopes: ['notes:write'] }),
    ])
    expect(await send('share_note', token)).toEqual(lacking('notes:write notes:share', 1))
    expect(await send('write_note', other)).toEqual(challenge)
    // A minute after the first challenge there is room for one.
    clock.pass(16)
    expect(await send('write_note', token)).toEqual(challenge)
    expect(await send('write_note', token)).toEqual(looping)
  })

  test.each(ERAS)('a token that was renewed in vain is told so in %s', async (era) => {
    const sub = `${platform} ${era} renewed`
    const send = async (claims: Readonly<Record<string, unknown>>, scope = '') =>
      app.send(ask(era, await mint(scope, { sub, ...claims }), 'tools/call', WRITE))
    expect(await send({ jti: '1' })).toEqual(challenge)
    expect(await send({ jti: '2' })).toEqual(looping)
    expect(await send({ jti: '2' })).toEqual(challenge)
    world.takeEvents()
    expect((await send({ jti: '3' }, 'notes:write')).status).toBe(200)
    expect(world.takeEvents().map(({ type }) => type)).toEqual(['scope.elevated', 'auth.allow'])
  })
})

describe('what only the handler knows', async () => {
  const demanding = await openPolicyWorld({
    handler: () => {
      currentRequest()?.demandScopes(['notes:secret'])
      return { status: 200, headers: [['Content-Type', 'application/json']], body: '{}' }
    },
  })
  afterAll(() => demanding.close())
  const mintOwn = createMint(demanding)

  test.each(demanding.apps)(
    'RS-13 is 403 with the scopes of the era: %s',
    async (_platform, app) => {
      for (const era of ERAS) {
        const request = ask(era, await mintOwn('profile'), 'tools/call', { name: 'open_door' })
        const scope = era === '2026-07-28' ? 'notes:secret' : 'profile notes:secret'
        expect(await app.send(request)).toEqual(lacking(scope, 1))
      }
    },
  )

  test.each(demanding.apps)('is not asked for a fourth time: %s', async (_platform, app) => {
    const token = await mintOwn('')
    const request = ask('2026-07-28', token, 'tools/call', { name: 'open_door' })
    const challenges: unknown[] = []
    for (let round = 0; round < 4; round += 1) {
      const { status, headers } = await app.send(request)
      challenges.push([status, headers['www-authenticate'] !== undefined, headers['retry-after']])
    }
    const challenge = [403, true, undefined]
    expect(challenges).toEqual([challenge, challenge, challenge, [403, false, '60']])
  })

  test.each(demanding.apps)(
    'RS-30 all events of a request have its name: %s',
    async (_platform, app) => {
      const token = await mintOwn('')
      demanding.takeEvents()
      await app.send(ask('2026-07-28', token, 'tools/call', { name: 'open_door' }))
      const events = demanding.takeEvents()
      expect(events.map(({ type }) => type)).toEqual(['auth.allow', 'auth.deny'])
      const names = events.map((event) => ('correlationId' in event ? event.correlationId : ''))
      expect(names[0]).toMatch(/^[\da-f-]{36}$/)
      expect(new Set(names).size).toBe(1)
    },
  )
})
