import { afterEach, describe, expect, test, vi } from 'vitest'
import { formatRecord } from '../../../src/runtime/index.ts'
import { memory, type Storage, sealed } from '../../../src/storage/index.ts'
import { apiKeyVerifier, createApiKeys } from '../../../src/verifiers/public.ts'
import { createTestClock, START_SECONDS } from '../../security/support/test-clock.ts'
import { STORES } from '../authorization-server/support/stores.ts'
import { newRing } from '../storage/sealed-support.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const DAY = 86_400
const WANTED = { name: 'nightly import', scopes: ['notes:read', 'notes:write'] }

function open(storage: Storage = memory(), resource = RESOURCE) {
  const clock = createTestClock()
  return { clock, apiKeys: createApiKeys({ storage, resource, clock }) }
}

const refused = (reason: string) => ({ ok: false, reason })

afterEach(() => void vi.restoreAllMocks())

describe.each(STORES)('API keys on %s', (_title, { open: openStores, missing }) => {
  test.skipIf(missing !== '')('are made, listed, used and revoked by different nodes', async () => {
    const [one, two] = await openStores(2)
    if (one === undefined || two === undefined) throw new Error('no stores')
    const ring = await newRing()
    const here = open(await sealed(one, ring)).apiKeys
    const there = open(await sealed(two, ring)).apiKeys
    const { key, keyId, ...facts } = await here.issue({ ...WANTED, tenant: 'acme' })
    expect(facts).toEqual({
      ...WANTED,
      subject: undefined,
      clientId: keyId,
      tenant: 'acme',
      createdAt: START_SECONDS,
      expiresAt: START_SECONDS + 90 * DAY,
      lastUsedAt: undefined,
      revokedAt: undefined,
    })
    expect(await there.list()).toEqual([{ keyId, ...facts }])
    expect(await there.verifier.verify(key)).toMatchObject({
      ok: true,
      value: { issuer: RESOURCE, claims: { client_id: keyId, jti: keyId, tenant_id: 'acme' } },
    })
    await expect.poll(() => here.list()).toMatchObject([{ lastUsedAt: START_SECONDS }])
    expect(await here.revoke(keyId)).toBe(true)
    expect(await there.verifier.verify(key)).toEqual(refused('revoked'))
    expect(await there.list()).toMatchObject([{ keyId, revokedAt: START_SECONDS }])
  })

  test.skipIf(missing !== '')('are nowhere in the store', async () => {
    const [bare] = await openStores(1)
    if (bare === undefined) throw new Error('no store')
    const storage = await sealed(bare, await newRing())
    const { key } = await open(storage).apiKeys.issue(WANTED)
    const [, random = ''] = key.split('_')
    for (const store of [bare, storage]) {
      for await (const name of store.list('api-key:')) {
        const record = await store.get(name)
        const text = `${name} ${Buffer.from(record?.value ?? []).toString('latin1')}`
        expect(text).not.toContain(random)
      }
    }
  })
})

describe('the claims of a key', () => {
  test('are those of a client of the resource itself', async () => {
    const { apiKeys } = open()
    const { key, keyId } = await apiKeys.issue({ ...WANTED, clientId: 'importer' })
    expect(await apiKeys.verifier.verify(key)).toEqual({
      ok: true,
      value: {
        issuer: RESOURCE,
        claims: {
          iss: RESOURCE,
          aud: RESOURCE,
          client_id: 'importer',
          scope: 'notes:read notes:write',
          iat: START_SECONDS,
          exp: START_SECONDS + 90 * DAY,
          jti: keyId,
          key_name: 'nightly import',
        },
        isRevoked: expect.any(Function),
      },
    })
  })

  test('name the subject that was given, and the audience that it was made for', async () => {
    const storage = memory()
    const { key } = await open(storage).apiKeys.issue({ ...WANTED, subject: 'alice' })
    const other = open(storage, 'https://mcp.example.com/other').apiKeys
    const verified = await other.verifier.verify(key)
    expect(verified).toMatchObject({ value: { claims: { sub: 'alice', aud: RESOURCE } } })
    expect(await other.list()).toEqual([])
  })
})

describe('a key that is refused', () => {
  test('is one that nobody has made, whose checksum is right', async () => {
    const { apiKeys } = open()
    const { key } = await open().apiKeys.issue(WANTED)
    expect(await apiKeys.verifier.verify(key)).toEqual(refused('api_key'))
  })

  test('is one whose record has another hash, although it was found by half of it', async () => {
    const storage = memory()
    const { apiKeys } = open(storage)
    const { key } = await apiKeys.issue(WANTED)
    const compare = vi.spyOn(globalThis.crypto.subtle, 'verify')
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
    // WebCrypto compares in constant time; nothing here does it with `===`.
    expect(compare).toHaveBeenCalledTimes(1)
    for await (const name of storage.list('api-key:')) {
      const record = await storage.get(name)
      const { version: _version, ...content } = JSON.parse(
        Buffer.from(record?.value ?? []).toString(),
      ) as Record<string, unknown>
      const hash = String(content['keyHash'])
      const last = hash.endsWith('0') ? '1' : '0'
      const changed = { ...content, keyHash: hash.slice(0, -1) + last }
      await storage.set(name, formatRecord(1, changed))
    }
    expect(await apiKeys.verifier.verify(key)).toEqual(refused('api_key'))
  })

  test('is one that was mistyped, and the store is not asked', async () => {
    const storage = memory()
    const { apiKeys } = open(storage)
    const { key } = await apiKeys.issue(WANTED)
    const get = vi.spyOn(storage, 'get')
    const typo = key.slice(0, 4) + (key.charAt(4) === 'A' ? 'B' : 'A') + key.slice(5)
    expect(await apiKeys.verifier.verify(typo)).toEqual(refused('checksum'))
    expect(get).not.toHaveBeenCalled()
  })

  test('is every key where the hash key was lost', async () => {
    const storage = memory()
    const { key } = await open(storage).apiKeys.issue(WANTED)
    for await (const name of storage.list('hash-key:')) await storage.delete(name)
    expect(await open(storage).apiKeys.verifier.verify(key)).toEqual(refused('api_key'))
  })
})

describe('revoke', () => {
  test('keeps the first instant, and says whether there is such a key', async () => {
    const { apiKeys, clock } = open()
    const { keyId } = await apiKeys.issue(WANTED)
    expect(await apiKeys.revoke(keyId)).toBe(true)
    clock.pass(10)
    expect(await apiKeys.revoke(keyId)).toBe(true)
    expect(await apiKeys.list()).toMatchObject([{ revokedAt: START_SECONDS }])
    expect(await apiKeys.revoke('0'.repeat(32))).toBe(false)
    expect(await apiKeys.revoke('../x')).toBe(false)
  })

  test('does not reach the keys of another resource', async () => {
    const storage = memory()
    const { apiKeys } = open(storage)
    const { key, keyId } = await apiKeys.issue(WANTED)
    expect(await open(storage, 'https://mcp.example.com/other').apiKeys.revoke(keyId)).toBe(false)
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
  })

  test('is not undone by a use that is noted at the same time', async () => {
    const storage = memory()
    const { apiKeys } = open(storage)
    const { key, keyId } = await apiKeys.issue(WANTED)
    const swap = storage.compareAndSwap.bind(storage)
    vi.spyOn(storage, 'compareAndSwap').mockImplementationOnce(async (...write) => {
      await apiKeys.revoke(keyId)
      return swap(...write)
    })
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
    await expect
      .poll(() => apiKeys.list())
      .toMatchObject([{ lastUsedAt: START_SECONDS, revokedAt: START_SECONDS }])
    expect(await apiKeys.verifier.verify(key)).toEqual(refused('revoked'))
  })
})

describe('the last use', () => {
  test('is written once a minute, whoever uses the key how often', async () => {
    const storage = memory()
    const { apiKeys, clock } = open(storage)
    const other = createApiKeys({ storage, resource: RESOURCE, clock })
    const { key } = await apiKeys.issue(WANTED)
    const swap = vi.spyOn(storage, 'compareAndSwap')
    const useAll = async (): Promise<void> => {
      for (const { verifier } of [apiKeys, other, apiKeys]) {
        expect(await verifier.verify(key)).toMatchObject({ ok: true })
        await new Promise(setImmediate)
      }
    }
    for (const [seconds, writes] of [
      [0, 1],
      [59, 1],
      [1, 2],
      [60, 3],
    ] as const) {
      clock.pass(seconds)
      await useAll()
      expect(swap).toHaveBeenCalledTimes(writes)
    }
    expect(await apiKeys.list()).toMatchObject([{ lastUsedAt: START_SECONDS + 120 }])
  })

  test('fails no request where it cannot be written, or never is', async () => {
    const storage = memory()
    const { apiKeys, clock } = open(storage)
    const { key } = await apiKeys.issue(WANTED)
    const swap = vi.spyOn(storage, 'compareAndSwap')
    swap.mockRejectedValueOnce(new Error('read-only'))
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
    clock.pass(60)
    swap.mockReturnValueOnce(new Promise(() => undefined))
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
    await vi.waitFor(() => expect(swap).toHaveBeenCalledTimes(2), 10_000)
  })

  test('is not that of a key which has expired, whose record stays for 30 days', async () => {
    const storage = memory()
    const { apiKeys, clock } = open(storage)
    const { key } = await apiKeys.issue({ ...WANTED, expiresInSeconds: DAY })
    clock.pass(DAY)
    expect(await apiKeys.verifier.verify(key)).toMatchObject({ ok: true })
    await new Promise(setImmediate)
    const [found] = await apiKeys.list()
    expect(found?.lastUsedAt).toBeUndefined()
    for await (const name of storage.list('api-key:')) {
      const { expiresAt = 0 } = (await storage.get(name)) ?? {}
      expect(expiresAt - Date.now() / 1000).toBeGreaterThan(30 * DAY)
    }
  })
})

describe('mistakes', () => {
  test.each([
    ['no storage', { storage: undefined }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no resource', { resource: 'mcp' }, 'ERR_CONFIG_RESOURCE_INVALID'],
    ['a prefix with an underscore', { prefix: 'a_b' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a misspelt option', { prefx: 'acme' }, 'ERR_CONFIG_OPTION_UNKNOWN'],
    [
      'a store that outlives the process and is not sealed',
      { storage: { ...memory(), durability: 'durable' } },
      'ERR_CONFIG_STORAGE_UNSEALED',
    ],
  ])('%s', (_name, change, code) => {
    const options = { storage: memory(), resource: RESOURCE, ...change }
    for (const create of [createApiKeys, apiKeyVerifier]) {
      expect(() => create(options as never)).toThrow(
        expect.objectContaining({ name: 'ConfigError', code }),
      )
    }
  })

  test.each([
    ['no name', { name: ' ' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a name with a line break', { name: 'a\nb' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no scopes', { scopes: undefined }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a scope with a space', { scopes: ['a b'] }, 'ERR_CONFIG_SCOPE_INVALID'],
    ['no end', { expiresInSeconds: Infinity }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['two years', { expiresInSeconds: 2 * 365 * DAY }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['an empty subject', { subject: '' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a misspelt option', { scope: 'a' }, 'ERR_CONFIG_OPTION_UNKNOWN'],
  ])('a key with %s', async (_name, change, code) => {
    const wanted = { ...WANTED, ...change } as never
    await expect(open().apiKeys.issue(wanted)).rejects.toThrow(
      expect.objectContaining({ name: 'ConfigError', code }),
    )
  })
})
