import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { accessTokenOf, INVALID_GRANT, pass, refreshTokenOf, stopTime } from './support/answers.ts'
import { STORES } from './support/stores.ts'
import { dateClock, ISSUER, startTokenWorld, type TokenWorld } from './support/token-world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

async function revoke({ node }: TokenWorld, subject = 'alice'): Promise<void> {
  await node.service.revocations.revoke({ issuer: ISSUER, subject, before: dateClock.now() + 1 })
  pass(1)
}

describe.each(STORES)('a user who is revoked, on %s', (_title, { open, missing }) => {
  test.skipIf(missing !== '')('is refreshed by no node, and signs in again', async () => {
    const world = await startTokenWorld({ storages: await open(2) })
    const { nodes, signIn, refresh, events } = world
    const before = await signIn()
    await revoke(world)
    for (const node of nodes) {
      expect(await refresh(refreshTokenOf(before), node)).toMatchObject(INVALID_GRANT)
    }
    const after = await signIn()
    const refreshed = await refresh(refreshTokenOf(after))
    expect(refreshed.status).toBe(200)
    expect(await world.node.service.verifier.verify(accessTokenOf(refreshed))).toMatchObject({
      ok: true,
    })
    expect(events).toEqual([])
  })
})

test('a code from before is refused', async () => {
  const world = await startTokenWorld()
  const { parameters } = await world.issueCode()
  await revoke(world)
  expect(await world.node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
  const { parameters: later } = await world.issueCode()
  expect(await world.node.post('/token', later)).toMatchObject({ status: 200 })
})

test('an answer from before is not given again within the grace', async () => {
  const world = await startTokenWorld()
  const first = await world.signIn()
  const second = await world.refresh(refreshTokenOf(first))
  await revoke(world)
  expect(await world.refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
  expect(await world.refresh(refreshTokenOf(second))).toMatchObject(INVALID_GRANT)
})

test('the family ends, so that it stays ended where the instant is taken back', async () => {
  const storage = memory({ clock: dateClock })
  const world = await startTokenWorld({ storages: [storage] })
  const tokens = await world.signIn()
  await revoke(world)
  expect(await world.refresh(refreshTokenOf(tokens))).toMatchObject(INVALID_GRANT)
  for await (const key of storage.list('revocation:')) await storage.delete(key)
  expect(await world.refresh(refreshTokenOf(tokens))).toMatchObject(INVALID_GRANT)
})

test('the family of another user goes on', async () => {
  const world = await startTokenWorld()
  const tokens = await world.signIn({ accountId: 'bob' })
  await revoke(world)
  expect((await world.refresh(refreshTokenOf(tokens))).status).toBe(200)
})

test('while the list cannot be read a code and a refresh token are 503, and good afterwards', async () => {
  let isDown = false
  const storage = new Proxy<Storage>(memory({ clock: dateClock }), {
    get(target, name) {
      if (name !== 'get') return Reflect.get(target, name) as unknown
      return (key: string) => {
        if (!isDown || !key.startsWith('revocation:')) return target.get(key)
        throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
      }
    },
  })
  const world = await startTokenWorld({ storages: [storage] })
  const { parameters } = await world.issueCode()
  isDown = true
  expect((await world.node.post('/token', parameters)).status).toBe(503)
  isDown = false
  const tokens = await world.node.post('/token', parameters)
  expect(tokens.status).toBe(200)
  isDown = true
  expect((await world.refresh(refreshTokenOf(tokens))).status).toBe(503)
  isDown = false
  expect((await world.refresh(refreshTokenOf(tokens))).status).toBe(200)
})
