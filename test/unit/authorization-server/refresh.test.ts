import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { sqlite } from '../../../src/storage/sqlite.ts'
import {
  accessTokenOf,
  INVALID_GRANT,
  keysOf,
  pass,
  refreshTokenOf,
  stopTime,
} from './support/answers.ts'
import { STORES } from './support/stores.ts'
import { createSigningKeys, dateClock, startTokenWorld } from './support/token-world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

const REVOKED = { ok: false, reason: 'revoked' }

test('SEC-218 every refresh gives another token; the one before is of no use after the grace', async () => {
  const { signIn, refresh } = await startTokenWorld()
  const first = await signIn()
  expect(first).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 600 } })
  const second = await refresh(refreshTokenOf(first))
  const third = await refresh(refreshTokenOf(second))
  expect(third).toMatchObject({ status: 200, body: { scope: 'read write' } })
  expect(new Set([first, second, third].map(refreshTokenOf)).size).toBe(3)
  expect(new Set([first, second, third].map(accessTokenOf)).size).toBe(3)
  pass(30)
  expect(await refresh(refreshTokenOf(second))).toMatchObject(INVALID_GRANT)
})

describe('SEC-219 a token that comes again', () => {
  test('after the grace ends its family, and is in the audit once', async () => {
    const { node, signIn, refresh, events } = await startTokenWorld()
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    pass(30)
    expect(await refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
    expect(await refresh(refreshTokenOf(second))).toMatchObject(INVALID_GRANT)
    for (const answer of [first, second]) {
      expect(await node.service.verifier.verify(accessTokenOf(answer))).toEqual(REVOKED)
    }
    expect(events).toMatchObject([{ type: 'refresh.reuse', subject: 'alice', clientId: 'app' }])
  })

  test('after its successor was used ends its family, within the grace too', async () => {
    const { signIn, refresh, events } = await startTokenWorld()
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    const third = await refresh(refreshTokenOf(second))
    expect(await refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
    expect(await refresh(refreshTokenOf(third))).toMatchObject(INVALID_GRANT)
    expect(events).toMatchObject([{ type: 'refresh.reuse' }])
  })

  test('does not end what another sign-in of the same user has', async () => {
    const { signIn, refresh } = await startTokenWorld({ graceSeconds: 0 })
    const [first, other] = [await signIn(), await signIn()]
    await refresh(refreshTokenOf(first))
    expect(await refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
    expect(await refresh(refreshTokenOf(other))).toMatchObject({ status: 200 })
  })
})

describe.each(STORES)('SEC-220 on %s', (_title, { open, missing }) => {
  test.skipIf(missing !== '').each([1, 2])(
    '50 that refresh at once on %i nodes get the same successor, which goes on',
    async (count) => {
      const { nodes, node, signIn, refresh } = await startTokenWorld({
        storages: await open(count),
      })
      const token = refreshTokenOf(await signIn())
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => refresh(token, nodes[index % count] ?? node)),
      )
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
      const [answer] = answers
      expect(answer).toMatchObject({ status: 200 })
      expect(await refresh(answer?.body['refresh_token'])).toMatchObject({ status: 200 })
    },
  )
})

test('SEC-222 a token two generations old ends the family, in the first second', async () => {
  const { signIn, refresh, events } = await startTokenWorld()
  const tokens = [refreshTokenOf(await signIn())]
  for (let index = 0; index < 2; index += 1)
    tokens.push(refreshTokenOf(await refresh(tokens.at(-1))))
  expect(await refresh(tokens[0])).toMatchObject(INVALID_GRANT)
  for (const token of tokens) expect(await refresh(token)).toMatchObject(INVALID_GRANT)
  expect(events).toMatchObject([{ type: 'refresh.reuse' }])
})

describe('SEC-225 limits', () => {
  test('a token that is left unused is refused when its time is over', async () => {
    const { signIn, refresh } = await startTokenWorld({ idleSeconds: 60 })
    const [used, unused] = [await signIn(), await signIn()]
    pass(59)
    expect(await refresh(refreshTokenOf(used))).toMatchObject({ status: 200 })
    pass(1)
    expect(await refresh(refreshTokenOf(unused))).toMatchObject(INVALID_GRANT)
  })

  test('a sign-in ends at the absolute limit, however often it is refreshed', async () => {
    const { signIn, refresh } = await startTokenWorld({ idleSeconds: 60, absoluteSeconds: 100 })
    let token = refreshTokenOf(await signIn())
    for (const seconds of [59, 40]) {
      pass(seconds)
      const answer = await refresh(token)
      expect(answer).toMatchObject({ status: 200 })
      token = refreshTokenOf(answer)
    }
    pass(1)
    expect(await refresh(token)).toMatchObject(INVALID_GRANT)
  })

  test('the defaults hold for 90 days: the grant does not end before', async () => {
    const { signIn, refresh } = await startTokenWorld()
    let token = refreshTokenOf(await signIn())
    for (const days of [29, 29, 29]) {
      pass(days * 86_400)
      const answer = await refresh(token)
      expect(answer).toMatchObject({ status: 200 })
      token = refreshTokenOf(answer)
    }
    pass(3 * 86_400)
    expect(await refresh(token)).toMatchObject(INVALID_GRANT)
  })
})

describe('SEC-227 a sign-in that ends while it is refreshed', () => {
  test('stays ended: what the refresh would have written is not', async () => {
    const storage = memory({ clock: dateClock })
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
    let isHeld = false
    const slow: Storage = {
      ...storage,
      async commit(writes) {
        if (isHeld) {
          reach()
          await held
        }
        return storage.commit(writes)
      },
    }
    const { nodes, node, signIn, refresh } = await startTokenWorld({ storages: [storage, slow] })
    const first = await signIn()
    isHeld = true
    const refreshing = refresh(refreshTokenOf(first), nodes[1])
    await reached
    const revocation = { client_id: 'app', token: refreshTokenOf(first) }
    expect(await node.post('/revoke', revocation)).toMatchObject({ status: 200 })
    release()
    expect(await refreshing).toMatchObject(INVALID_GRANT)
    for (const kind of ['grant', 'refresh-token', 'refresh-answer']) {
      expect(await keysOf(storage, kind)).toEqual([])
    }
    expect(await node.service.verifier.verify(accessTokenOf(first))).toEqual(REVOKED)
  })

  test('has no grace: the answer goes with the grant', async () => {
    const storage = memory({ clock: dateClock })
    const { node, signIn, refresh } = await startTokenWorld({ storages: [storage] })
    const first = await signIn()
    const second = await refresh(refreshTokenOf(first))
    expect(await keysOf(storage, 'refresh-answer')).toHaveLength(1)
    await node.post('/revoke', { client_id: 'app', token: refreshTokenOf(second) })
    expect(await keysOf(storage, 'refresh-answer')).toEqual([])
    expect(await refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
    expect(await node.service.verifier.verify(accessTokenOf(second))).toEqual(REVOKED)
  })
})

describe('SEC-233 a restart of everything', () => {
  async function restart(graceSeconds: number) {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-'))
    const signingKeys = await createSigningKeys()
    const open = (): Storage => sqlite(join(folder, 'store.db'))
    const before = open()
    const old = await startTokenWorld({ storages: [before], signingKeys, graceSeconds })
    const first = await old.signIn()
    const second = await old.refresh(refreshTokenOf(first))
    await before.close()
    const after = open()
    onTestFinished(async () => {
      await after.close()
      rmSync(folder, { recursive: true, force: true })
    })
    const world = await startTokenWorld({ storages: [after], signingKeys, graceSeconds })
    return { ...world, first, second }
  }

  test('does not let a rotated token in again: it is refused, and its family ends', async () => {
    const { node, refresh, first, second } = await restart(0)
    expect(await refresh(refreshTokenOf(first))).toMatchObject(INVALID_GRANT)
    expect(await refresh(refreshTokenOf(second))).toMatchObject(INVALID_GRANT)
    expect(await node.service.verifier.verify(accessTokenOf(second))).toEqual(REVOKED)
  })

  test('signs nobody out: the grace and the successor outlive it', async () => {
    const { refresh, first, second } = await restart(30)
    expect((await refresh(refreshTokenOf(first))).body).toEqual(second.body)
    expect(await refresh(refreshTokenOf(second))).toMatchObject({ status: 200 })
  })
})

describe('a crash', () => {
  test.each([
    ['before the batch is written leaves the token as it was', false],
    ['after the batch was written leaves the answer for another try', true],
  ])('%s', async (_what, isWritten) => {
    let isDown = false
    const storage = memory({ clock: dateClock })
    const failing: Storage = {
      ...storage,
      async commit(writes) {
        if (!isDown) return storage.commit(writes)
        if (isWritten) await storage.commit(writes)
        throw new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
      },
    }
    const { signIn, refresh } = await startTokenWorld({ storages: [failing] })
    const first = await signIn()
    isDown = true
    expect(await refresh(refreshTokenOf(first))).toMatchObject({ status: 503 })
    isDown = false
    const second = await refresh(refreshTokenOf(first))
    expect(second).toMatchObject({ status: 200 })
    expect(await refresh(refreshTokenOf(second))).toMatchObject({ status: 200 })
    expect(await keysOf(storage, 'refresh-token')).toHaveLength(3)
  })
})
