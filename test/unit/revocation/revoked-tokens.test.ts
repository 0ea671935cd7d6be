import { createResourceServer, storedRevocations } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { createMemoryRevocations } from '../../../src/revocation/index.ts'
import { memory, type Storage } from '../../../src/storage/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { callerOf } from '../resource-server/callers.ts'
import { usedBytes } from '../runtime/used-bytes.ts'

const issuer = 'https://as.example.com'
const resource = 'https://mcp.example.com/mcp'
const alice = callerOf()
const tokens = await createTokenIssuer()
afterAll(() => tokens.close())

const KINDS = [
  ['in memory', (_storage: Storage, clock = createTestClock()) => createMemoryRevocations(clock)],
  [
    'stored',
    (storage: Storage, clock = createTestClock()) => storedRevocations(storage, { clock }),
  ],
] as const

describe.each(KINDS)('single tokens %s', (_kind, create) => {
  const clock = createTestClock()
  const start = () => create(memory({ clock }), clock)
  const until = clock.now() + 600

  test('one is refused by its jti, and no other of the caller is', async () => {
    const revocations = start()
    await revocations.revokeTokens({ issuer, subject: 'alice', jti: 'a', until })
    const isRevoked = async (token: object, caller = alice) =>
      revocations.isTokenRevoked(caller, { iat: clock.now(), ...token })
    expect(await isRevoked({ jti: 'a' })).toBe(true)
    expect(await isRevoked({ jti: 'b' })).toBe(false)
    expect(await isRevoked({})).toBe(false)
    expect(await isRevoked({ jti: 'a' }, callerOf({ sub: 'bob' }))).toBe(false)
    expect(await isRevoked({ grant_id: 'a' })).toBe(false)
    expect(await revocations.revokedBefore(alice)).toBeUndefined()
  })

  test('all of a grant are refused by its name', async () => {
    const revocations = start()
    await revocations.revokeTokens({ issuer, subject: 'alice', grantId: 'g', until })
    expect(await revocations.isTokenRevoked(alice, { jti: 'a', grant_id: 'g' })).toBe(true)
    expect(await revocations.isTokenRevoked(alice, { jti: 'g', grant_id: 'h' })).toBe(false)
  })

  test.each(['__proto__', 'constructor', '', 'jti:x'])('%j is a name', async (jti) => {
    const revocations = start()
    await revocations.revokeTokens({ issuer, subject: 'alice', jti: 'x', until })
    expect(await revocations.isTokenRevoked(alice, { jti })).toBe(false)
    await revocations.revokeTokens({ issuer, subject: 'alice', jti, until })
    expect(await revocations.isTokenRevoked(alice, { jti })).toBe(true)
  })

  test('an instant and single tokens do not disturb each other', async () => {
    const revocations = start()
    await revocations.revokeTokens({ issuer, subject: 'alice', jti: 'a', until })
    await revocations.revoke({ issuer, subject: 'alice', before: 100 })
    await revocations.revokeTokens({ issuer, subject: 'alice', jti: 'b', until })
    for (const jti of ['a', 'b']) {
      expect(await revocations.isTokenRevoked(alice, { jti, iat: 200 })).toBe(true)
    }
    expect(await revocations.isTokenRevoked(alice, { jti: 'c', iat: 200 })).toBe(false)
    expect(await revocations.isTokenRevoked(alice, { jti: 'c', iat: 99 })).toBe(true)
  })

  test('of fifty that revoke at the same time all count', async () => {
    const revocations = start()
    const names = Array.from({ length: 50 }, (_, index) => `${index}`)
    await Promise.all(
      names.map(async (jti) => revocations.revokeTokens({ issuer, subject: 'alice', jti, until })),
    )
    for (const jti of names) {
      expect(await revocations.isTokenRevoked(alice, { jti })).toBe(true)
    }
  })

  test('more than a thousand make everything of the caller refused that was issued before', async () => {
    const revocations = start()
    for (let index = 0; index <= 1_000; index += 1) {
      await revocations.revokeTokens({ issuer, subject: 'alice', jti: `${index}`, until })
    }
    const now = clock.now()
    for (const jti of ['0', '1000', 'another']) {
      expect(await revocations.isTokenRevoked(alice, { jti, iat: now })).toBe(true)
    }
    expect(await revocations.isTokenRevoked(alice, { jti: 'later', iat: now + 1 })).toBe(false)
  })
})

test('a record of single tokens is gone when they have expired', async () => {
  const clock = createTestClock()
  const storage = memory({ clock })
  const revocations = storedRevocations(storage, { clock })
  const until = clock.now() + 600
  await revocations.revokeTokens({ issuer, subject: 'alice', jti: 'a', until })
  clock.pass(599)
  expect(await revocations.isTokenRevoked(alice, { jti: 'a' })).toBe(true)
  clock.pass(1)
  for await (const key of storage.list('')) expect(key).toBeUndefined()
})

test('expired tokens leave a record that stays', async () => {
  const clock = createTestClock()
  const storage = memory({ clock })
  const revocations = storedRevocations(storage, { clock })
  await revocations.revoke({ issuer, subject: 'alice', before: 1 })
  const add = async (jti: string) =>
    revocations.revokeTokens({ issuer, subject: 'alice', jti, until: clock.now() + 60 })
  await add('old')
  clock.pass(60)
  await add('new')
  for await (const key of storage.list('')) {
    const text = Buffer.from((await storage.get(key))?.value ?? []).toString()
    expect(text).toContain('new')
    expect(text).not.toContain('old')
  }
})

describe('the gate', () => {
  test('SEC-145 refuses a single token on the next request, also where it is cached, with one read', async () => {
    let reads = 0
    const storage = memory()
    const revocations = storedRevocations({
      ...storage,
      async get(key) {
        reads += 1
        return storage.get(key)
      },
    })
    const gatehouse = createResourceServer({
      resource,
      authorizationServers: [tokens.issuer],
      allowInsecureLoopback: true,
      revocations,
    })
    const statusOf = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const admission = await gatehouse.authenticate(new Request(resource, { headers }))
      return admission instanceof Response ? admission.status : 200
    }
    const [token, other] = await Promise.all(
      ['one', 'other'].map((jti) => tokens.mint({ sub: 'alice', aud: resource, jti })),
    )
    expect(await statusOf(String(token))).toBe(200)
    reads = 0
    expect(await statusOf(String(token))).toBe(200)
    expect(reads).toBe(1)
    const until = Math.floor(Date.now() / 1_000) + 600
    await revocations.revokeTokens({ issuer: tokens.issuer, subject: 'alice', jti: 'one', until })
    expect(await statusOf(String(token))).toBe(401)
    expect(await statusOf(String(other))).toBe(200)
  })
})

describe('many callers in memory', () => {
  test('leave nothing behind when their tokens have expired', () => {
    const clock = createTestClock()
    const revocations = createMemoryRevocations(clock)
    const revokeOneEach = (callers: number): void => {
      for (let index = 0; index < callers; index += 1) {
        clock.pass(1)
        const subject = `${clock.now()}`
        void revocations.revokeTokens({ issuer, subject, jti: 'a', until: clock.now() + 300 })
      }
    }
    revokeOneEach(5_000)
    const before = usedBytes()
    revokeOneEach(100_000)
    expect(usedBytes() - before).toBeLessThan(10_000_000)
  })

  test('are refused for as long as they are to be', () => {
    const clock = createTestClock()
    const revocations = createMemoryRevocations(clock)
    void revocations.revoke({ issuer, subject: 'alice', before: clock.now() })
    const until = clock.now() + 300
    void revocations.revokeTokens({ issuer, subject: 'bob', jti: 'a', until })
    const bob = callerOf({ sub: 'bob' })
    for (let passed = 0; passed < 300; passed += 1) {
      expect(revocations.isTokenRevoked(bob, { jti: 'a' })).toBe(true)
      clock.pass(1)
      void revocations.revokeTokens({ issuer, subject: `${passed}`, jti: 'a', until: clock.now() })
    }
    expect(revocations.isTokenRevoked(alice, { iat: until - 301 })).toBe(true)
    expect(revocations.isTokenRevoked(alice, { iat: until })).toBe(false)
  })
})
