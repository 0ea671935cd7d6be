import type { AuditEvent } from 'mcp-gatehouse'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { describe, expect, test } from 'vitest'
import {
  CREDENTIAL_FORMAT,
  credentialKey,
} from '../../src/authorization-server/upstream/credential.ts'
import {
  createUpstreamTokens,
  type UpstreamTokenVault,
} from '../../src/authorization-server/upstream/upstream-tokens.ts'
import { createCredentialRecords } from '../../src/oauth-client/credential-records.ts'
import { lifetimeOf } from '../../src/oauth-client/token-credential.ts'
import {
  type RefreshServer,
  sendJson,
  startRefreshServer,
  tokens,
} from './support/refresh-server.ts'
import { NAME, TENANT, upstreamAt } from './support/refresh-upstream.ts'
import { createTestClock, type TestClock } from './support/test-clock.ts'

const OWNER = { accountId: 'account', upstream: NAME }
const SUBJECT = 'alice at the upstream'

interface World {
  readonly server: RefreshServer
  readonly vault: UpstreamTokenVault
  readonly storage: Storage
  readonly clock: TestClock
  readonly events: AuditEvent[]
  readonly stored: () => Promise<Readonly<Record<string, unknown>> | undefined>
}

/** A vault with one credential, `at-0` with `rt-0`, that ends in 300 s. */
async function createWorld(change: object = {}): Promise<World> {
  const server = await startRefreshServer()
  const clock = createTestClock()
  const storage = memory({ clock })
  const events: AuditEvent[] = []
  const vault = createUpstreamTokens({
    storage,
    tenant: TENANT,
    clock,
    upstreams: [upstreamAt(server.origin)],
    random: () => 0,
    emit: (event) => void events.push(event),
  })
  await vault.save(
    { ...OWNER, subject: SUBJECT },
    {
      accessToken: 'at-0',
      refreshToken: 'rt-0',
      scopes: ['a', 'b'],
      expiresInSeconds: 300,
      ...change,
    },
  )
  const stored = async () => ({
    ...(
      await createCredentialRecords(storage, CREDENTIAL_FORMAT).read(
        await credentialKey({ ...OWNER, tenant: TENANT }),
      )
    )?.credential,
  })
  return { server, vault, storage, clock, events, stored }
}

const signInNeeded = { code: 'ERR_UPSTREAM_SIGN_IN_NEEDED', retryable: false }

test('a token is given as it is until 30 s before its end, and then renewed', async () => {
  const { vault, clock, server } = await createWorld()
  clock.pass(269)
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-0' })
  expect(server.count).toBe(0)
  clock.pass(1)
  expect(await vault.token(OWNER)).toEqual({
    accessToken: 'at-1',
    scopes: ['a', 'b'],
    expiresAt: clock.now() + 300,
  })
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-1' })
  expect(server.count).toBe(1)
})

test('a token that does not say when it ends is never renewed', async () => {
  const { vault, clock, server } = await createWorld({ expiresInSeconds: undefined })
  clock.pass(7_000_000)
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-0', expiresAt: undefined })
  expect(server.count).toBe(0)
})

test('without a refresh token the user has to sign in again once the token has ended', async () => {
  const { vault, clock } = await createWorld({ refreshToken: undefined })
  clock.pass(299)
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-0' })
  clock.pass(1)
  await expect(vault.token(OWNER)).rejects.toMatchObject(signInNeeded)
})

test('nobody has a token of an account or an upstream that there is none of', async () => {
  const { vault } = await createWorld()
  for (const owner of [
    { ...OWNER, accountId: 'other' },
    { ...OWNER, upstream: 'other' },
  ]) {
    await expect(vault.token(owner)).rejects.toMatchObject(signInNeeded)
  }
  await vault.remove(OWNER.accountId)
  await expect(vault.token(OWNER)).rejects.toMatchObject(signInNeeded)
})

test('SEC-228 invalid_grant: the user has to sign in again, and the record stays', async () => {
  const { vault, clock, server, events, stored } = await createWorld({ refreshToken: 'used' })
  clock.pass(280)
  await expect(vault.token(OWNER)).rejects.toMatchObject(signInNeeded)
  expect(await stored()).toMatchObject({ state: 'needs_reauth', subject: SUBJECT })
  const facts = { at: clock.now(), issuer: TENANT, ...OWNER }
  expect(events).toEqual([{ type: 'cred.needs_reauth', ...facts }])
  await expect(vault.token(OWNER)).rejects.toMatchObject(signInNeeded)
  expect(server.count).toBe(1)
  const again = { accessToken: 'at-9', refreshToken: 'rt-0', scopes: [], expiresInSeconds: 300 }
  await vault.save({ ...OWNER, subject: SUBJECT }, again)
  expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-9' })
})

describe('SEC-229 an upstream that is away', () => {
  const outages: readonly (readonly [string, RefreshServer['answer']])[] = [
    ['500', (_token, res) => void res.writeHead(500).end()],
    ['429', (_token, res) => void res.writeHead(429, { 'Retry-After': '20' }).end()],
    ['an HTML page', (_token, res) => void res.setHeader('Content-Type', 'text/html').end('<p>')],
    ['a reset', (_token, res) => void res.socket?.resetAndDestroy()],
    [
      'half an answer',
      (_token, res) => {
        res.writeHead(200, { 'Content-Length': '9' }).write('{', () => res.socket?.destroy())
      },
    ],
    ['an error of its own', (_token, res) => sendJson(res, { error: 'internal' }, 400)],
  ]
  test.each(outages)('with %s: the credential stays, and works again', async (_name, answer) => {
    const { vault, clock, server, events, stored } = await createWorld()
    server.answer = answer
    clock.pass(300)
    await expect(vault.token(OWNER)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_REFRESH',
      retryable: true,
      retryAfterSeconds: expect.any(Number) as number,
    })
    expect(await stored()).toMatchObject({ state: 'active', refreshToken: 'rt-0', failures: 1 })
    // Nobody is asked again before it is time.
    await expect(vault.token(OWNER)).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFRESH' })
    expect(server.count).toBe(1)
    server.answer = server.rotate
    clock.pass(30)
    expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-1' })
    expect(await stored()).toMatchObject({ refreshToken: 'rt-1', failures: 0 })
    expect(events).toEqual([])
  })

  test('leaves a token that still works to whoever asks', async () => {
    const { vault, clock, server } = await createWorld()
    server.answer = (_token, res) => void res.writeHead(503).end()
    clock.pass(280)
    expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-0' })
    expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-0' })
    expect(server.count).toBe(1)
  })

  test('refuses this server as a client: not retryable, and the credential stays', async () => {
    const { vault, clock, server, stored } = await createWorld()
    server.answer = (_token, res) => sendJson(res, { error: 'invalid_client' }, 401)
    clock.pass(300)
    await expect(vault.token(OWNER)).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_CLIENT_REFUSED',
      retryable: false,
    })
    expect(await stored()).toMatchObject({ state: 'active', refreshToken: 'rt-0' })
  })

  test('for an hour is asked less and less often', async () => {
    const { vault, clock, server } = await createWorld()
    server.answer = (_token, res) => void res.writeHead(500).end()
    clock.pass(300)
    for (let second = 0; second < 3_600; second += 1) {
      await vault.token(OWNER).catch(() => undefined)
      clock.pass(1)
    }
    expect(server.count).toBeGreaterThan(10)
    expect(server.count).toBeLessThan(25)
  })
})

describe('SEC-231 an answer', () => {
  test.each([
    ['without a refresh token', {}],
    ['with the same refresh token', { refresh_token: 'rt-0' }],
  ])('%s keeps the one that there is', async (_name, more) => {
    const { vault, clock, server, stored } = await createWorld()
    server.answer = (_token, res) => sendJson(res, tokens('at-1', { expires_in: 40, ...more }))
    clock.pass(280)
    expect(await vault.token(OWNER)).toMatchObject({
      accessToken: 'at-1',
      expiresAt: clock.now() + 40,
    })
    expect(await stored()).toMatchObject({ refreshToken: 'rt-0' })
    clock.pass(21)
    await vault.token(OWNER)
    expect(server.count).toBe(2)
  })

  test('with less scopes is recorded with those, and later ones count from there', async () => {
    const { vault, clock, server } = await createWorld()
    server.answer = (_token, res) => sendJson(res, tokens('at-1', { scope: 'a' }))
    clock.pass(280)
    expect(await vault.token(OWNER)).toMatchObject({ scopes: ['a'] })
    server.answer = (_token, res) => sendJson(res, tokens('at-2'))
    clock.pass(280)
    expect(await vault.token(OWNER)).toMatchObject({ accessToken: 'at-2', scopes: ['a'] })
  })

  test('that is valid for 0 s is renewed with every use', async () => {
    const { vault, clock, server } = await createWorld()
    server.answer = (_token, res) => sendJson(res, tokens('at-1', { expires_in: 0 }))
    clock.pass(300)
    for (let call = 0; call < 3; call += 1) await vault.token(OWNER)
    expect(server.count).toBe(3)
  })
})

describe('SEC-232 many credentials that expire in the same second', () => {
  test('are renewed at different times, at least 30 s before their end', () => {
    const times = Array.from({ length: 1_000 }, (_, index) => {
      const lifetime = lifetimeOf({ expiresInSeconds: 3_600 }, 0, index / 1_000)
      return lifetime.refreshAt ?? 0
    })
    const counts = Map.groupBy(times, (time) => time)
    expect(counts.size).toBe(30)
    expect(Math.max(...Array.from(counts.values(), ({ length }) => length))).toBeLessThan(40)
    expect([Math.min(...times), Math.max(...times)]).toEqual([3_541, 3_570])
  })

  async function saveMany({ vault }: World, count: number): Promise<readonly string[]> {
    const accounts = Array.from({ length: count }, (_, index) => `account ${index}`)
    const given = { accessToken: 'a', refreshToken: 'r', scopes: [], expiresInSeconds: 300 }
    for (const accountId of accounts) {
      await vault.save({ accountId, upstream: NAME, subject: accountId }, given)
    }
    return accounts
  }

  test('are renewed eight at a time', async () => {
    const world = await createWorld()
    const { server, vault, clock } = world
    const accounts = await saveMany(world, 200)
    server.answer = (token, res) => void setTimeout(() => sendJson(res, tokens(`new ${token}`)), 5)
    clock.pass(300)
    const all = await Promise.all(accounts.map((accountId) => vault.token({ ...OWNER, accountId })))
    expect(all.every(({ accessToken }) => accessToken === 'new r')).toBe(true)
    expect(server.count).toBe(200)
    expect(server.most).toBeLessThanOrEqual(8)
  })

  test('SEC-364 wait as long as the upstream wants when it says that it is too much', async () => {
    const world = await createWorld()
    const { server, vault, clock } = world
    const accounts = await saveMany(world, 200)
    server.answer = (_token, res) => void res.writeHead(429, { 'Retry-After': '3600' }).end()
    clock.pass(300)
    const ask = () =>
      Promise.allSettled(accounts.map((accountId) => vault.token({ ...OWNER, accountId })))
    const outcomes = await ask()
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(server.count).toBeLessThanOrEqual(8)
    const asked = server.count
    clock.pass(899)
    await ask()
    expect(server.count).toBe(asked)
    server.answer = (_token, res) => sendJson(res, tokens('at'))
    clock.pass(10)
    expect((await ask()).every(({ status }) => status === 'fulfilled')).toBe(true)
  })
})
