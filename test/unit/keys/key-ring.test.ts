import { inspect } from 'node:util'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { createKeyRing, generateKey, type StoredKey } from '../../../src/keys/index.ts'
import { createTestSource, makeKeys, secretsOf, startRing } from './support.ts'

const statusOf = ({ status }: { status: string }): string => status

describe('a ring', () => {
  test('has one current key, and finds the others by kid', async () => {
    const keys = await makeKeys('storage', ['previous', 'next', 'current', 'previous'])
    const { ring } = await startRing('storage', keys)
    expect((await ring.current()).kid).toBe(keys[2]?.kid)
    expect((await ring.all()).map(statusOf)).toEqual(['current', 'next', 'previous', 'previous'])
    for (const { kid = '', status } of keys) {
      expect(await ring.find(kid)).toMatchObject({ kid, status, use: 'storage' })
    }
    expect(await ring.find('nobody')).toBeUndefined()
  })

  test('gives every key its thumbprint as kid (RFC 7638), symmetric ones too', async () => {
    for (const use of ['signing', 'storage'] as const) {
      const { kid: _kid, ...jwk } = await generateKey({ use })
      const { ring } = await startRing(use, [jwk])
      expect((await ring.current()).kid).toBe(await calculateJwkThumbprint(jwk))
    }
  })

  test('keeps the kid that a signing key comes with', async () => {
    const { ring } = await startRing('signing', [
      { ...(await generateKey({ use: 'signing' })), kid: 'mine' },
    ])
    expect((await ring.current()).kid).toBe('mine')
    expect((await ring.publicJwks()).keys).toMatchObject([{ kid: 'mine' }])
  })

  test('of a set without statuses uses the first key', async () => {
    const keys = await makeKeys('state', ['current', 'current'])
    const { ring } = await startRing(
      'state',
      keys.map(({ status: _status, ...key }) => key),
    )
    expect((await ring.all()).map(({ kid, status }) => [kid, status])).toEqual([
      [keys[0]?.kid, 'current'],
      [keys[1]?.kid, 'previous'],
    ])
  })

  test('gives one kid to one symmetric key, however it is spelled', async () => {
    const key = await generateKey({ use: 'state' })
    const { kid, k = '' } = key
    // The last character of 43 has two bits that say nothing.
    const last = k.at(-1) ?? ''
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const other = alphabet[alphabet.indexOf(last) ^ 1] ?? ''
    const { kid: _kid, ...rest } = key
    const { ring } = await startRing('state', [{ ...rest, k: k.slice(0, -1) + other }])
    expect((await ring.current()).kid).toBe(kid)
  })

  test('shows nothing of its keys, unless they are revealed', async () => {
    for (const use of ['signing', 'encryption', 'storage'] as const) {
      const stored = await generateKey({ use })
      const { ring } = await startRing(use, [stored])
      const key = await ring.current()
      const shown = [JSON.stringify(key), inspect(key, { depth: 9, showHidden: true })].join()
      for (const secret of secretsOf(stored)) expect(shown).not.toContain(secret)
      expect(key.reveal()).toMatchObject(
        use === 'storage' ? { kty: 'oct', k: stored.k } : { kid: stored.kid, d: stored.d },
      )
    }
  })
})

describe('public keys', () => {
  test.each([
    ['signing', 'ES256', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
    ['signing', 'EdDSA', ['alg', 'crv', 'kid', 'kty', 'use', 'x']],
    ['signing', 'RS256', ['alg', 'e', 'kid', 'kty', 'n', 'use']],
    ['encryption', 'RSA-OAEP-256', ['alg', 'e', 'kid', 'kty', 'n', 'use']],
    ['encryption', 'ECDH-ES+A256KW', ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']],
  ] as const)('of %s with %s have public members only', async (use, alg, members) => {
    const stored = await generateKey({ use, alg })
    const { ring } = await startRing(use, [{ ...stored, retired_at: 1, mine: 'secret' }])
    const { keys } = await ring.publicJwks()
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([members])
    expect(keys).toMatchObject([{ kid: stored.kid, alg, use: use === 'signing' ? 'sig' : 'enc' }])
  })

  test('hold the next and the previous ones', async () => {
    const keys = await makeKeys('signing', ['current', 'next', 'previous'])
    const { ring } = await startRing('signing', keys)
    expect((await ring.publicJwks()).keys.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid))
  })

  test.each(['storage', 'cookies', 'state'] as const)('of %s are none', async (use) => {
    const { ring } = await startRing(use, await makeKeys(use, ['current', 'next']))
    expect(await ring.publicJwks()).toEqual({ keys: [] })
  })
})

describe('a key is refused, with its kid and nothing of it,', () => {
  const uses = ['signing', 'encryption', 'storage', 'cookies', 'state'] as const
  const pairs = uses.flatMap((made) => uses.map((used) => [made, used] as const))

  test.each(pairs.filter(([made, used]) => made !== used))(
    'that is for %s, in a ring for %s',
    async (made, used) => {
      const key = await generateKey({ use: made })
      await expectInvalid(used, [key], key.kid ?? '')
    },
  )

  test.each([
    ['storage', { use: 'sig' }],
    ['cookies', { use: 'other' }],
    ['signing', { use: 'enc' }],
    ['signing', { key_ops: ['verify'] }],
    ['encryption', { key_ops: ['sign'] }],
    ['storage', { key_ops: ['sign'] }],
    ['storage', { key_ops: 'encrypt' }],
    ['storage', { ring: 'state' }],
    ['signing', { alg: 'HS256' }],
    ['signing', { alg: 'none' }],
    ['signing', { alg: 'ES384' }],
    ['encryption', { alg: 'RSA1_5' }],
    ['encryption', { alg: 'dir' }],
    ['signing', { d: undefined }],
    ['encryption', { d: undefined }],
    ['signing', { d: '!' }],
    ['storage', { k: 'c2hvcnQ' }],
    ['storage', { k: 'A'.repeat(43) }],
    ['storage', { k: 'cGFzc3dvcmRwYXNzd29yZHBhc3N3b3JkcGFzc3dvcmQ' }],
    ['storage', { k: '!'.repeat(43) }],
    ['storage', { kid: 'of-another-key' }],
  ] as const)('for %s with %j', async (use, change) => {
    const key = { ...(await generateKey({ use })), ...change }
    await expectInvalid(use, [key], key.kid ?? '')
  })

  test('of 1024 bits', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    await expectInvalid(
      'signing',
      [{ ...privateKey.export({ format: 'jwk' }), kid: 'small' }],
      'small',
    )
  })

  test.each(['', 'two words', 'ü', 'k'.repeat(256), 42])('whose kid is %j', async (kid) => {
    const key = { ...(await generateKey({ use: 'signing' })), kid }
    await expectInvalid('signing', [key], 'key 1')
  })

  test.each([
    ['no current key', ['next', 'previous']],
    ['several current keys', ['current', 'current']],
    ['several next keys', ['current', 'next', 'next']],
  ] as const)('in a set with %s', async (what, statuses) => {
    await expectInvalid('state', await makeKeys('state', statuses), what)
  })

  test('in a set with an unknown status, or a key twice', async () => {
    const [key, other] = await makeKeys('state', ['current', 'previous'])
    await expectInvalid('state', [key, { ...other, status: 'retired' }], 'status')
    await expectInvalid('state', [key, { ...key, status: 'previous' }], `${key?.kid} twice`)
  })

  async function expectInvalid(
    use: StoredKey['ring'] & string,
    keys: readonly unknown[],
    named: string,
  ): Promise<void> {
    const source = createTestSource(...keys)
    const error: unknown = await createKeyRing({ use, source }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG_KEY_INVALID' })
    const shown = inspect(error, { depth: 9, showHidden: true })
    expect(shown).toContain(named)
    const secrets = (keys as StoredKey[]).flatMap(secretsOf).filter(({ length }) => length > 1)
    for (const secret of secrets) expect(shown).not.toContain(secret)
  }
})

describe('a changed source', () => {
  test('is picked up once it is looked at again', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'current'])
    const { ring, source, clock } = await startRing('storage', [first])
    source.keys = [second]
    expect((await ring.current()).kid).toBe(first?.kid)
    clock.pass(1)
    expect((await ring.current()).kid).toBe(second?.kid)
    expect(await ring.find(first?.kid ?? '')).toBeUndefined()
  })

  test('is looked at when it is due, and not by every call', async () => {
    const { ring, source, clock } = await startRing(
      'storage',
      await makeKeys('storage', ['current']),
    )
    for (let call = 0; call < 10; call += 1) await ring.current()
    expect(source.reads).toBe(1)
    clock.pass(1)
    await Promise.all([ring.current(), ring.all(), ring.publicJwks()])
    expect(source.reads).toBe(2)
  })

  test('is looked at at once for a kid that nobody knows', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'previous'])
    const { ring, source } = await startRing('storage', [first])
    source.keys = [first, second]
    expect(await ring.find(second?.kid ?? '')).toMatchObject({ status: 'previous' })
  })

  test('is ignored as a whole where it is invalid, and said once', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'current'])
    const { ring, source, clock, errors } = await startRing('storage', [first])
    source.keys = [{ ...second, k: 'short' }]
    for (let round = 0; round < 3; round += 1) {
      clock.pass(1)
      expect((await ring.current()).kid).toBe(first?.kid)
    }
    expect(errors).toMatchObject([{ code: 'ERR_CONFIG_KEY_INVALID' }])
    source.keys = [second]
    clock.pass(1)
    expect((await ring.current()).kid).toBe(second?.kid)
  })

  test('that fails leaves the keys, and is said once until it has been good', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'current'])
    const { ring, source, clock, errors } = await startRing('storage', [first])
    const fail = async (): Promise<void> => {
      source.failure = new Error('unreachable')
      for (let round = 0; round < 3; round += 1) {
        clock.pass(1)
        expect((await ring.current()).status).toBe('current')
      }
      source.failure = undefined
    }
    await fail()
    expect(errors.map(({ message }) => message)).toEqual(['unreachable'])
    source.keys = [second]
    clock.pass(1)
    await ring.current()
    await fail()
    expect(errors).toHaveLength(2)
  })

  test('that answers late does not undo what was read after it', async () => {
    const keys = await makeKeys('storage', ['current', 'current', 'current'])
    const { ring, source, clock } = await startRing('storage', keys.slice(0, 1))
    const late = Promise.withResolvers<{ keys: StoredKey[] }>()
    const read = vi.spyOn(source, 'read').mockReturnValueOnce(late.promise)
    clock.pass(1)
    const waiting = ring.current()
    read.mockResolvedValueOnce({ keys: keys.slice(2) })
    clock.pass(1)
    expect((await ring.current()).kid).toBe(keys[2]?.kid)
    late.resolve({ keys: keys.slice(1, 2) })
    await waiting
    expect((await ring.current()).kid).toBe(keys[2]?.kid)
  })

  test('keeps the keys also where the hook fails', async () => {
    const onError = vi.fn<() => void>(() => {
      throw new Error('hook')
    })
    const keys = await makeKeys('storage', ['current'])
    const { ring, source, clock } = await startRing('storage', keys, { onError })
    source.failure = new Error('unreachable')
    clock.pass(1)
    expect((await ring.current()).kid).toBe(keys[0]?.kid)
    expect(onError).toHaveBeenCalledOnce()
  })

  test('is said on the console where there is no hook', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    const { clock, source } = await startRing('storage', await makeKeys('storage', ['current']))
    const ring = await createKeyRing({ use: 'storage', source, clock })
    source.failure = new Error('unreachable')
    clock.pass(1)
    await ring.current()
    expect(warn.mock.calls).toEqual([['mcp-gatehouse: unreachable']])
    warn.mockRestore()
  })
})
