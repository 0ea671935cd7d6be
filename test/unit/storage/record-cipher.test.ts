import * as nodeCrypto from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import {
  createNodeCipher,
  createRecordCipher,
  createWebCipher,
  type RecordSecrets,
} from '../../../src/storage/record-cipher.ts'
import { parseSealed } from '../../../src/storage/record-format.ts'
import { sealed } from '../../../src/storage/sealed.ts'
import { createSealer } from '../../../src/storage/sealer.ts'
import { bytes, collect, newRing, randomValue, recordingStore } from './sealed-support.ts'

type Bytes = Uint8Array<ArrayBuffer>
const random = (length: number): Bytes => new Uint8Array(randomValue(length))
const secret = random(32)
const ciphers = {
  'node:crypto': createNodeCipher(secret, nodeCrypto),
  WebCrypto: createWebCipher(secret),
}
const secrets = (): RecordSecrets => ({
  salt: random(16),
  nonce: random(12),
  associatedData: random(60),
})

describe.each(Object.entries(ciphers))('%s', (_name, cipher) => {
  test.each(Object.entries(ciphers))('opens what %s has sealed', async (_other, other) => {
    for (const length of [0, 1, 1_000]) {
      const [plaintext, given] = [random(length), secrets()]
      const ciphertext = await other.seal(plaintext, given)
      expect(ciphertext).toHaveLength(length + 16)
      expect(await cipher.open(ciphertext, given)).toEqual(plaintext)
    }
  })

  test('opens nothing else', async () => {
    const given = secrets()
    const ciphertext = await cipher.seal(random(40), given)
    for (const name of ['salt', 'nonce', 'associatedData'] as const) {
      const changed = given[name].slice()
      changed[0] = (changed[0] ?? 0) ^ 1
      expect(await cipher.open(ciphertext, { ...given, [name]: changed })).toBeUndefined()
    }
    for (let index = 0; index < ciphertext.length; index += 1) {
      const changed = ciphertext.slice()
      changed[index] = (changed[index] ?? 0) ^ 128
      expect(await cipher.open(changed, given)).toBeUndefined()
      expect(await cipher.open(ciphertext.slice(0, index), given)).toBeUndefined()
    }
    expect(await createWebCipher(random(32)).open(ciphertext, given)).toBeUndefined()
    expect(await createNodeCipher(random(32), nodeCrypto).open(ciphertext, given)).toBeUndefined()
  })
})

test('the cipher of the platform is node:crypto where there is one, else WebCrypto', async () => {
  const isSynchronous = (): boolean =>
    createRecordCipher(secret).seal(random(1), secrets()) instanceof Uint8Array
  expect(isSynchronous()).toBe(true)
  const builtin = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  expect(isSynchronous()).toBe(false)
  builtin.mockRestore()
})

describe('SEC-265 the random part of a record', () => {
  test('never repeats in 100,000 records', { timeout: 120_000 }, async () => {
    const ring = await newRing()
    const sealer = createSealer(ring)
    const current = await ring.current()
    const content = { value: bytes('value') }
    const [salts, nonces, ciphertexts] = [new Set(), new Set(), new Set()]
    for (let count = 0; count < 100_000; count += 1) {
      const parts = parseSealed(await sealer.seal(current, 'one:key', content))
      salts.add(hex(parts?.salt))
      nonces.add(hex(parts?.nonce))
      ciphertexts.add(hex(parts?.ciphertext))
    }
    expect([salts.size, nonces.size, ciphertexts.size]).toEqual([100_000, 100_000, 100_000])
  })

  test.each([
    ['zeros', () => 0],
    ['a constant', () => 171],
    ['a constant pattern', (index: number) => index],
  ])(
    'is not taken from a generator that is stuck at %s: nothing is written',
    async (_what, byte) => {
      const store = recordingStore()
      const fill = (target: Uint8Array): void => {
        target.set(target.map((_old, at) => byte(at)))
      }
      await expect(sealed(store, await newRing(), { random: fill })).rejects.toMatchObject({
        code: 'ERR_STORAGE_WRITE',
        retryable: false,
      })
      expect(store.writes).toEqual([])
    },
  )

  test('is not taken from a generator that gets stuck: no salt and nonce are used twice', async () => {
    let isStuck = false
    const fill = (target: Uint8Array<ArrayBuffer>): void => {
      if (isStuck) target.fill(7)
      else crypto.getRandomValues(target)
    }
    const store = recordingStore()
    const storage = await sealed(store, await newRing(), { random: fill })
    await storage.set('a', bytes('before'))
    isStuck = true
    const writes = Array.from({ length: 5 }, (_, index) => storage.set(`b${index}`, bytes('after')))
    const outcomes = await Promise.allSettled(writes)
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      ...Array.from({ length: 4 }, () => 'rejected'),
    ])
    isStuck = false
    expect(await storage.set('c', bytes('again'))).toBe(true)
    const records = store.writes.slice(1).map(parseSealed)
    expect(new Set(records.map((parts) => hex(parts?.salt))).size).toBe(3)
    expect(await collect(storage.list(''))).toEqual(['a', 'b0', 'c'])
  })

  test('gives each record a key of its own, so that the storage key does not wear out', async () => {
    const [cipher, given] = [createRecordCipher(secret), secrets()]
    const zeros = new Uint8Array(64)
    const keyStream = async (salt: Bytes): Promise<string> =>
      hex(await cipher.seal(zeros, { ...given, salt }))
    expect(await keyStream(given.salt)).toBe(await keyStream(given.salt))
    expect(await keyStream(given.salt)).not.toBe(await keyStream(random(16)))
  })
})

function hex(part: Uint8Array | undefined): string {
  return Buffer.from(part ?? []).toString('hex')
}
