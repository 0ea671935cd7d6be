import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { StorageError } from '../../../src/errors/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { INVALID_GRANT, pass, stopTime } from './support/answers.ts'
import { STORES } from './support/stores.ts'
import { dateClock, OTHER_RESOURCE, startTokenWorld } from './support/token-world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

describe.each(STORES)('SEC-131 on %s', (_title, { open, missing }) => {
  test.skipIf(missing !== '').each([1, 2])(
    'a code that 50 redeem at once on %i nodes is redeemed once',
    async (count) => {
      const { nodes, node, issueCode } = await startTokenWorld({ storages: await open(count) })
      const { parameters } = await issueCode()
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          (nodes[index % count] ?? node).post('/token', parameters),
        ),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const refused = answers.filter(({ status }) => status !== 200)
      for (const answer of refused) expect(answer).toMatchObject(INVALID_GRANT)
    },
  )
})

describe('SEC-130 a code that comes again', () => {
  test('is refused, ends the grant and its access tokens, and is in the audit once', async () => {
    const { node, issueCode, refresh, events } = await startTokenWorld()
    const { parameters } = await issueCode()
    const first = await node.post('/token', parameters)
    const token = String(first.body['access_token'])
    expect(await node.service.verifier.verify(token)).toMatchObject({ ok: true })
    expect(await node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
    expect(await refresh(first.body['refresh_token'])).toMatchObject(INVALID_GRANT)
    expect(await node.service.verifier.verify(token)).toEqual({ ok: false, reason: 'revoked' })
    expect(await node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
    expect(events).toEqual([
      {
        type: 'code.replay',
        at: expect.any(Number) as number,
        issuer: 'https://as.example.com',
        subject: 'alice',
        clientId: 'app',
      },
    ])
  })

  test('does not end another grant of the same user and client', async () => {
    const { node, issueCode, signIn, refresh } = await startTokenWorld()
    const other = await signIn()
    const { parameters } = await issueCode()
    await node.post('/token', parameters)
    await node.post('/token', parameters)
    expect(await node.service.verifier.verify(String(other.body['access_token']))).toMatchObject({
      ok: true,
    })
    expect(await refresh(other.body['refresh_token'])).toMatchObject({ status: 200 })
  })
})

test('SEC-132 a code that only begins like a real one changes nothing about that', async () => {
  const { node, issueCode } = await startTokenWorld()
  const { parameters } = await issueCode()
  const { code = '' } = parameters
  for (const garbage of [
    `${code}x`,
    code.slice(0, -1),
    `${code.slice(0, -1)}!`,
    code.toUpperCase(),
  ]) {
    expect(await node.post('/token', { ...parameters, code: garbage })).toMatchObject(INVALID_GRANT)
  }
  expect(await node.post('/token', parameters)).toMatchObject({ status: 200 })
})

test.each([
  ['another client', { client_id: 'other' }, 'invalid_grant'],
  ['another redirect URI', { redirect_uri: 'https://app.example.com/other' }, 'invalid_grant'],
  ['another verifier', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
  ['a resource outside of the grant', { resource: OTHER_RESOURCE }, 'invalid_target'],
  ['an unknown resource', { resource: 'https://evil.example.com' }, 'invalid_target'],
])('SEC-133 %s does not use the code up', async (_what, wrong, error) => {
  const { node, issueCode, events } = await startTokenWorld()
  const { parameters } = await issueCode()
  expect(await node.post('/token', { ...parameters, ...wrong })).toMatchObject({
    status: 400,
    body: { error },
  })
  expect(await node.post('/token', parameters)).toMatchObject({ status: 200 })
  expect(events).toEqual([])
})

describe('SEC-134 a code', () => {
  test('is refused when it is 60 seconds old', async () => {
    const { node, issueCode } = await startTokenWorld()
    const [young, old] = [await issueCode(), await issueCode()]
    pass(59)
    expect(await node.post('/token', young.parameters)).toMatchObject({ status: 200 })
    pass(1)
    expect(await node.post('/token', old.parameters)).toMatchObject(INVALID_GRANT)
  })

  test('is refused then also by a node whose clock stands still', async () => {
    const clock = createTestClock()
    const { node, issueCode } = await startTokenWorld({ storages: [memory({ clock })] })
    const { parameters } = await issueCode()
    clock.pass(60)
    expect(await node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
  })
})

describe('SEC-146 between authorization and token request', () => {
  test('a user who is deleted gets no tokens, and no new ones for old', async () => {
    const { node, issueCode, signIn, refresh, accounts } = await startTokenWorld()
    const { body } = await signIn()
    const { parameters } = await issueCode()
    accounts.delete('alice')
    expect(await node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
    expect(await refresh(body['refresh_token'])).toMatchObject(INVALID_GRANT)
  })

  test('a client that is deleted is unknown', async () => {
    const { node, issueCode } = await startTokenWorld()
    const client = {
      client_id: 'registered',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code'],
    }
    const clients = node.service.adapter('Client')
    await clients.upsert('registered', client as never)
    const { parameters } = await issueCode({ client: 'registered' })
    await clients.destroy('registered')
    // RFC 6749 §5.2: there is no client whose grant could be invalid.
    const refusal = { status: 401, body: { error: 'invalid_client' } }
    expect(await node.post('/token', parameters)).toMatchObject(refusal)
  })
})

describe('a store that fails', () => {
  test('before the code is used up is 503, and the code is good for another try', async () => {
    let isDown = false
    const storage = memory({ clock: dateClock })
    const failing: Storage = {
      ...storage,
      async commit(writes) {
        if (isDown) throw outage()
        return storage.commit(writes)
      },
    }
    const { node, issueCode } = await startTokenWorld({ storages: [failing] })
    const { parameters } = await issueCode()
    isDown = true
    expect(await node.post('/token', parameters)).toMatchObject({ status: 503 })
    isDown = false
    expect(await node.post('/token', parameters)).toMatchObject({ status: 200 })
  })

  test('while a replay is answered is 503, and what it should end ends at the next one', async () => {
    let isDown = false
    const storage = memory({ clock: dateClock })
    const failing: Storage = {
      ...storage,
      async deleteByTag(tag) {
        if (isDown) throw outage()
        return storage.deleteByTag(tag)
      },
    }
    const { node, issueCode, refresh } = await startTokenWorld({ storages: [failing] })
    const { parameters } = await issueCode()
    const { body } = await node.post('/token', parameters)
    isDown = true
    expect(await node.post('/token', parameters)).toMatchObject({ status: 503 })
    isDown = false
    expect(await node.post('/token', parameters)).toMatchObject(INVALID_GRANT)
    expect(await refresh(body['refresh_token'])).toMatchObject(INVALID_GRANT)
  })
})

function outage(): StorageError {
  return new StorageError('ERR_STORAGE_UNAVAILABLE', 'Test', { retryable: true })
}

test('SEC-144 tokens are random: every character, everywhere, as often as any other', async () => {
  const { node } = await startTokenWorld()
  const token = new node.provider.RefreshToken({} as never) as unknown as {
    generateTokenId(): string
  }
  const COUNT = 1_000_000
  const LENGTH = 43
  const counts = Array.from({ length: LENGTH }, () => new Uint32Array(128))
  const repeated = new Uint32Array(LENGTH)
  const seen = new Set<string>()
  let last = ''
  for (let index = 0; index < COUNT; index += 1) {
    const value = token.generateTokenId()
    if (index % 100_000 === 0) await sleep(0)
    seen.add(value)
    for (let position = 0; position < LENGTH; position += 1) {
      const code = value.charCodeAt(position)
      const row = counts[position]
      if (row !== undefined) row[code] = (row[code] ?? 0) + 1
      if (last.charCodeAt(position) === code) repeated[position] = (repeated[position] ?? 0) + 1
    }
    last = value
  }
  expect(last).toHaveLength(LENGTH)
  expect(seen.size).toBe(COUNT)
  const expected = COUNT / 64
  for (const [position, row] of counts.entries()) {
    const used = [...row].filter((count) => count > 0)
    expect(used).toHaveLength(64)
    // 63 degrees of freedom: ten standard deviations above what is expected.
    const chi = used.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(chi).toBeLessThan(63 + 10 * Math.sqrt(2 * 63))
    expect(Math.abs((repeated[position] ?? 0) - expected)).toBeLessThan(10 * Math.sqrt(expected))
  }
})
