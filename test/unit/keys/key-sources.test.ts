import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test, vi } from 'vitest'
import {
  createKeyRing,
  generateKey,
  keysFromEnvironment,
  keysFromFile,
  keysFromFunction,
} from '../../../src/keys/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { makeKeys } from './support.ts'

const folder = mkdtempSync(join(tmpdir(), 'keys-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function writeFile(content: unknown, mode = 0o600): string {
  files += 1
  const path = join(folder, `${files}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

describe('a key file', () => {
  test('is read', async () => {
    const keys = await makeKeys('storage', ['current', 'previous'])
    const source = keysFromFile(writeFile({ keys }))
    expect(await source.read()).toEqual({ keys })
    const ring = await createKeyRing({ use: 'storage', source })
    expect((await ring.current()).kid).toBe(keys[0]?.kid)
  })

  test.each([0o604, 0o640, 0o644, 0o660, 0o602, 0o620, 0o601, 0o777])(
    'SEC-263 is refused with the mode %o',
    async (mode) => {
      const path = writeFile({ keys: await makeKeys('storage', ['current']) }, mode)
      await expectRefused(path, `${path} (mode 0${mode.toString(8)})`)
    },
  )

  test('may be readable by its group where that is allowed, and nothing more', async () => {
    const content = { keys: await makeKeys('storage', ['current']) }
    const options = { allowGroupRead: true }
    for (const mode of [0o400, 0o440, 0o640]) {
      expect(await keysFromFile(writeFile(content, mode), options).read()).toEqual(content)
    }
    for (const mode of [0o444, 0o460, 0o641]) {
      await expect(keysFromFile(writeFile(content, mode), options).read()).rejects.toMatchObject({
        code: 'ERR_CONFIG_KEY_FILE',
      })
    }
  })

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \n'],
    ['not JSON', '{"keys":[{"kty":"oct","k":"canary-of-a-secret-key"'],
    ['text', 'canary-of-a-secret-key'],
    ['no object', '"canary-of-a-secret-key"'],
    ['null', 'null'],
    ['a key and no set', '{"kty":"oct","k":"canary-of-a-secret-key"}'],
    ['a set without keys', '{"keys":[]}'],
    ['a set of texts', '{"keys":["canary-of-a-secret-key"]}'],
    ['a set of null', '{"keys":[null]}'],
    [
      'a set of 101 keys',
      JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'oct' })) }),
    ],
    ['larger than 1 MiB', JSON.stringify({ keys: [{ kty: 'oct', pad: 'x'.repeat(1_048_576) }] })],
  ])('SEC-263 is refused when it is %s', async (_what, content) => {
    const path = content === undefined ? join(folder, 'missing') : writeFile(content)
    const shown = await expectRefused(path, path)
    expect(shown).not.toContain('canary')
  })

  test('is refused when it is a folder', async () => {
    await expectRefused(folder, folder)
  })

  test('that has changed is used without a restart, in place, by rename and by symbolic link', async () => {
    const sets = await Promise.all(
      [1, 2, 3, 4].map(async () => ({ keys: [await generateKey({ use: 'storage' })] })),
    )
    const kids = sets.map(({ keys }) => keys[0]?.kid)
    const [path, renamed, linked] = [writeFile(sets[0]), writeFile(sets[2]), writeFile(sets[3])]
    const clock = createTestClock()
    const ring = await createKeyRing({ use: 'storage', source: keysFromFile(path), clock })
    const kidAfterASecond = async (): Promise<string> => {
      clock.pass(1)
      return (await ring.current()).kid
    }
    writeFileSync(path, JSON.stringify(sets[1]))
    expect((await ring.current()).kid).toBe(kids[0])
    expect(await kidAfterASecond()).toBe(kids[1])
    renameSync(renamed, path)
    expect(await kidAfterASecond()).toBe(kids[2])
    symlinkSync(linked, `${path}.link`)
    renameSync(`${path}.link`, path)
    expect(await kidAfterASecond()).toBe(kids[3])
  })

  test('that has become invalid is ignored, and said once, until it is good again', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'current'])
    const path = writeFile({ keys: [first] })
    const clock = createTestClock()
    const onError = vi.fn<(error: Error) => void>()
    const ring = await createKeyRing({ use: 'storage', source: keysFromFile(path), clock, onError })
    const breakFile: readonly (() => void)[] = [
      () => writeFileSync(path, '{"keys":'),
      () => writeFileSync(path, JSON.stringify({ keys: [{ ...second, ring: 'state' }] })),
      () => chmodSync(path, 0o644),
      () => rmSync(path),
    ]
    for (const [index, change] of breakFile.entries()) {
      change()
      for (let round = 0; round < 3; round += 1) {
        clock.pass(1)
        expect((await ring.current()).kid).toBe(first?.kid)
      }
      expect(onError).toHaveBeenCalledTimes(index + 1)
    }
    writeFileSync(path, JSON.stringify({ keys: [second] }), { mode: 0o600 })
    clock.pass(1)
    expect((await ring.current()).kid).toBe(second?.kid)
    expect(onError.mock.calls.map(([error]) => 'code' in error && error.code)).toEqual([
      'ERR_CONFIG_KEY_FILE',
      'ERR_CONFIG_KEY_INVALID',
      'ERR_CONFIG_KEY_FILE',
      'ERR_CONFIG_KEY_FILE',
    ])
  })

  test('that has not changed is not parsed again', async () => {
    const source = keysFromFile(writeFile({ keys: await makeKeys('storage', ['current']) }))
    expect(await source.read()).toBe(await source.read())
  })

  async function expectRefused(path: string, named: string): Promise<string> {
    const source = keysFromFile(path)
    const error: unknown = await createKeyRing({ use: 'storage', source }).catch((e: unknown) => e)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG_KEY_FILE' })
    const shown = inspect(error, { depth: 9 })
    expect(shown).toContain(named)
    return shown
  }
})

describe('an environment variable', () => {
  const hex = '3f'.repeat(3) + '00112233445566778899aabbccddeeff0123456789abcdef'.padEnd(58, '7')
  const bytes = Buffer.from(hex, 'hex')

  test.each([
    ['hex', hex],
    ['hex in capitals', hex.toUpperCase()],
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['base64 with a line end', `${bytes.toString('base64')}\n`],
  ])('holds a key of 32 bytes as %s', async (_what, value) => {
    const source = keysFromEnvironment('KEY', { KEY: value })
    const ring = await createKeyRing({ use: 'storage', source })
    const key = (await ring.current()).reveal()
    expect(Buffer.from(key.k ?? '', 'base64url')).toEqual(bytes)
  })

  test('holds a key set as JSON or base64url', async () => {
    const keys = await makeKeys('signing', ['current', 'next'])
    const json = JSON.stringify({ keys })
    for (const value of [
      json,
      ...(['base64', 'base64url'] as const).map((kind) => Buffer.from(json).toString(kind)),
    ]) {
      const source = keysFromEnvironment('KEYS', { KEYS: value })
      const ring = await createKeyRing({ use: 'signing', source })
      expect((await ring.all()).map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid))
    }
  })

  test('is of the process, unless something else is said', async () => {
    vi.stubEnv('KEYS_OF_A_TEST', hex)
    expect((await keysFromEnvironment('KEYS_OF_A_TEST').read()).keys).toHaveLength(1)
    vi.unstubAllEnvs()
  })

  test.each([
    ['not set', undefined],
    ['empty', ''],
    ['31 bytes', hex.slice(2)],
    ['a password', 'canary password'],
    ['half a key set', '{"keys":[{"k":"canary'],
    ['base64url of half a key set', Buffer.from('{"keys":[{"k":"canary').toString('base64url')],
  ])('is refused when it is %s, and not quoted', async (_what, value) => {
    const source = keysFromEnvironment('KEY', { KEY: value })
    const error: unknown = await createKeyRing({ use: 'storage', source }).catch((e: unknown) => e)
    expect(error).toMatchObject({ name: 'ConfigError', code: 'ERR_CONFIG_KEY_INVALID' })
    const shown = inspect(error, { depth: 9 })
    expect(shown).toContain('Environment variable KEY')
    expect(shown).not.toContain(value || 'canary')
    expect(shown).not.toContain('canary')
  })

  test('with a symmetric key does for no signing ring', async () => {
    const source = keysFromEnvironment('KEY', { KEY: hex })
    await expect(createKeyRing({ use: 'signing', source })).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEY_INVALID',
    })
  })
})

describe('a function', () => {
  test('gives the keys, and is called again every five minutes', async () => {
    const [first, second] = await makeKeys('storage', ['current', 'current'])
    const load = vi.fn<() => Promise<unknown>>(async () => ({ keys: [first] }))
    const clock = createTestClock()
    const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(load), clock })
    load.mockResolvedValue({ keys: [second] })
    clock.pass(299)
    expect((await ring.current()).kid).toBe(first?.kid)
    clock.pass(1)
    expect((await ring.current()).kid).toBe(second?.kid)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('is called at most every ten seconds for keys that nobody knows', async () => {
    const [key] = await makeKeys('storage', ['current'])
    const load = vi.fn<() => unknown>(() => ({ keys: [key] }))
    const clock = createTestClock()
    const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(load), clock })
    for (let second = 0; second < 20; second += 1) {
      await Promise.all(['a', 'b', 'c'].map((kid) => ring.find(kid)))
      clock.pass(1)
    }
    expect(load).toHaveBeenCalledTimes(2)
  })

  test.each([
    ['throws', () => Promise.reject(new Error('denied'))],
    ['gives nothing', () => undefined],
    ['gives no keys', () => ({ keys: [] })],
  ])('is refused when it %s', async (_what, load) => {
    const source = keysFromFunction(load, { name: 'Vault' })
    await expect(createKeyRing({ use: 'storage', source })).rejects.toMatchObject({
      code: 'ERR_CONFIG_KEY_INVALID',
      message: expect.stringContaining('Vault'),
    })
  })

  test('is aborted when it takes too long', async () => {
    vi.useFakeTimers()
    let signal: AbortSignal | undefined
    const source = keysFromFunction((given) => {
      signal = given
      return new Promise(() => undefined)
    })
    const reading = source.read().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(4_999)
    expect(signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await reading).toMatchObject({ code: 'ERR_CONFIG_KEY_INVALID' })
    expect([signal?.aborted, vi.getTimerCount()]).toEqual([true, 0])
    vi.useRealTimers()
  })

  test.each([{ checkSeconds: 0 }, { timeoutSeconds: Number.NaN }])('refuses %j', (options) => {
    expect(() => keysFromFunction(() => undefined, options)).toThrow(/at least 1/)
  })
})
