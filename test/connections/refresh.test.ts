import { oauthService } from 'mcp-gatehouse/connections'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import { connectionKey } from '../../src/connections/connection-record.ts'
import { ownerOf } from '../../src/connections/owner.ts'
import {
  type CannedService,
  connectionFor,
  genericAt,
  sendJson,
  startRotatingService,
} from './canned-service.ts'
import { ALICE, createWorld, OWNER } from './world.ts'

async function open(storage: Storage = memory()) {
  const service = await startRotatingService()
  const notes = oauthService(genericAt(service.origin))
  const world = createWorld({ notes }, { storage })
  const token = async () => (await world.api.get(ALICE, 'notes')).accessToken()
  return { service, world, storage, notes, token }
}

const count = (types: readonly string[], type: string): number =>
  types.filter((one) => one === type).length

test('a token is renewed 30 s before it ends, stored before it is used, and not renewed again', async () => {
  const { world, token, service, storage, notes } = await open()
  await world.core.vault.save(OWNER, 'notes', connectionFor(300))
  expect(await token()).toBe('at-0')
  const now = Math.floor(Date.now() / 1_000) + 271
  const clock = { now: () => now, elapsed: () => performance.now() }
  const late = createWorld({ notes }, { storage, clock })
  expect(await (await late.api.get(ALICE, 'notes')).accessToken()).toBe('at-1')
  expect(await token()).toBe('at-1')
  expect(service.refreshes()).toBe(1)
})

test('SEC-228: invalid_grant asks the user again, the service never again, and the record stays', async () => {
  const { world, token, service } = await open()
  await world.core.vault.save(OWNER, 'notes', connectionFor(0, 'rt-old'))
  const needed = {
    code: 'ERR_CONNECTION_REQUIRED',
    services: [{ service: 'notes', reason: 'ended' }],
  }
  const asked = await Promise.all(
    Array.from({ length: 20 }, () => token().catch((error: unknown) => error)),
  )
  for (const error of asked) expect(error).toMatchObject(needed)
  await expect(token()).rejects.toMatchObject(needed)
  expect(service.refreshes()).toBe(1)
  expect(count(world.types(), 'connection.needs_reconnect')).toBe(1)
  expect(await world.api.list(ALICE)).toMatchObject([
    { state: 'needs_reconnect', account: { name: 'alice' } },
  ])
  await world.core.vault.save(OWNER, 'notes', connectionFor(300))
  expect(await token()).toBe('at-0')
})

describe('SEC-229: an outage of the service keeps the credential', () => {
  const OUTAGES: Readonly<Record<string, CannedService['answer']>> = {
    '500': (_request, res) => sendJson(res, {}, 500),
    '429': (_request, res) => sendJson(res, {}, 429, { 'retry-after': '7' }),
    HTML: (_request, res) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    reset: (_request, res) => void res.destroy(),
    temporarily_unavailable: (_request, res) =>
      sendJson(res, { error: 'temporarily_unavailable' }, 400),
  }

  test.each(Object.entries(OUTAGES))(
    '%s: the tool gets an error that can be tried again',
    async (_name, outage) => {
      const { world, token, service, storage, notes } = await open()
      await world.core.vault.save(OWNER, 'notes', connectionFor(0))
      const usual = service.answer
      service.answer = outage
      await expect(token()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFRESH', retryable: true })
      await expect(token()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_REFRESH' })
      expect(service.refreshes()).toBe(1)
      expect(world.types()).toEqual(['connection.connected', 'connection.refresh_failed'])
      expect(await world.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
      service.answer = usual
      const later = Math.floor(Date.now() / 1_000) + 400
      const clock = { now: () => later, elapsed: () => performance.now() }
      const after = createWorld({ notes }, { storage, clock })
      expect(await (await after.api.get(ALICE, 'notes')).accessToken()).toBe('at-1')
    },
  )

  test('a token that still works is given meanwhile', async () => {
    const { world, token, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(20))
    service.answer = (_request, res) => sendJson(res, {}, 503)
    const now = Math.floor(Date.now() / 1_000) + 15
    const clock = { now: () => now, elapsed: () => performance.now() }
    const late = createWorld(
      { notes: oauthService(genericAt(service.origin)) },
      { storage: world.storage, clock },
    )
    expect(await (await late.api.get(ALICE, 'notes')).accessToken()).toBe('at-0')
    expect(await token()).toBe('at-0')
  })

  test('a client that the service refuses is an error for the operator', async () => {
    const { world, token, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(0))
    service.answer = (_request, res) => sendJson(res, { error: 'invalid_client' }, 401)
    await expect(token()).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_CLIENT_REFUSED',
      retryable: false,
    })
    expect(await world.api.list(ALICE)).toMatchObject([{ state: 'connected' }])
  })
})

describe('SEC-231: an answer that says less', () => {
  test('without a refresh token keeps the old one, and takes the new expiry', async () => {
    const { world, token, service } = await open()
    await world.core.vault.save(OWNER, 'notes', connectionFor(0))
    service.answer = ({ body }, res) => {
      const form = new URLSearchParams(body)
      expect(form.get('refresh_token')).toBe('rt-0')
      sendJson(res, {
        access_token: `at-${service.requestsTo('POST /token').length}`,
        token_type: 'bearer',
        expires_in: 1,
      })
    }
    expect(await token()).toBe('at-1')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(await token()).toBe('at-2')
  })
})

test('SEC-230: 50 callers on two replicas with one expired token are one request, and nothing is lost', async () => {
  const { world, service, storage, notes } = await open()
  const other = createWorld({ notes }, { storage })
  await world.core.vault.save(OWNER, 'notes', connectionFor(0))
  const tokens = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const { api } = index % 2 === 0 ? world : other
      return (await api.get(ALICE, 'notes')).accessToken()
    }),
  )
  expect(new Set(tokens)).toEqual(new Set(['at-1']))
  expect(service.refreshes()).toBe(1)
  expect(count([...world.types(), ...other.types()], 'connection.refreshed')).toBe(1)
})

test('SEC-232: a thousand connections that end together ask the service eight at a time', async () => {
  const { world, service } = await open()
  let [open_, most] = [0, 0]
  service.answer = (_request, res) => {
    open_ += 1
    most = Math.max(most, open_)
    setTimeout(() => {
      open_ -= 1
      sendJson(res, { access_token: 'new', token_type: 'bearer', expires_in: 300 })
    }, 2)
  }
  const users = Array.from({ length: 1_000 }, (_, index) =>
    createPrincipal({ sub: `user-${index}` }),
  )
  for (const user of users) await world.core.vault.save(ownerOf(user), 'notes', connectionFor(0))
  await Promise.all(users.map((user) => world.api.get(user, 'notes')))
  expect(service.refreshes()).toBe(1_000)
  expect(most).toBeLessThanOrEqual(8)
})

test('SEC-233: after a restart the service’s old refresh token is not used again', async () => {
  const { world, token, service, storage, notes } = await open()
  await world.core.vault.save(OWNER, 'notes', connectionFor(0))
  expect(await token()).toBe('at-1')
  const restarted = createWorld({ notes }, { storage })
  const credential = await restarted.api.get(ALICE, 'notes')
  expect(await credential.accessToken()).toBe('at-1')
  expect((await credential.fetch(`${service.origin}/items`)).status).toBe(200)
  expect(service.refreshes()).toBe(1)
})

describe('a process that has died while it renewed eight connections', () => {
  async function openWithLocks() {
    const opened = await open()
    const { world, storage } = opened
    const waiting = Array.from({ length: 8 }, (_, index) => createPrincipal({ sub: `w-${index}` }))
    const locks = await Promise.all(
      waiting.map(async (user) => {
        const owner = ownerOf(user)
        await world.core.vault.save(owner, 'notes', connectionFor(0, `rt-${user.subject}`))
        return storage.lock(`refresh ${await connectionKey(owner, 'notes')}`, 30)
      }),
    )
    const release = () => Promise.all(locks.map(async (lock) => lock?.release()))
    return { ...opened, waiting, release }
  }

  test('keeps nobody else’s from being renewed, and its own are once its locks are gone', async () => {
    const { world, token, service, waiting, release } = await openWithLocks()
    service.answer = (_request, res) =>
      sendJson(res, { access_token: 'new', token_type: 'bearer', expires_in: 300 })
    const renewed = waiting.map((user) => world.api.get(user, 'notes'))
    await world.core.vault.save(OWNER, 'notes', connectionFor(0))
    expect(await token()).toBe('new')
    expect(service.refreshes()).toBe(1)
    await release()
    await Promise.all(renewed)
    expect(service.refreshes()).toBe(9)
  })
})

test('a token that still works is given while eight others are being renewed', async () => {
  const { world, token, service, storage, notes } = await open()
  const { promise: isOver, resolve: finish } = Promise.withResolvers<void>()
  service.answer = (_request, res) =>
    void isOver.then(() =>
      sendJson(res, { access_token: 'new', token_type: 'bearer', expires_in: 300 }),
    )
  const users = Array.from({ length: 8 }, (_, index) => createPrincipal({ sub: `user-${index}` }))
  for (const user of users) await world.core.vault.save(ownerOf(user), 'notes', connectionFor(0))
  await world.core.vault.save(OWNER, 'notes', connectionFor(300))
  const now = Math.floor(Date.now() / 1_000) + 280
  const clock = { now: () => now, elapsed: () => performance.now() }
  const late = createWorld({ notes }, { storage, clock })
  const renewed = users.map((user) => late.api.get(user, 'notes'))
  await expect.poll(() => service.refreshes()).toBe(8)
  expect(await (await late.api.get(ALICE, 'notes')).accessToken()).toBe('at-0')
  finish()
  await Promise.all(renewed)
  expect(await token()).toBe('at-0')
})
