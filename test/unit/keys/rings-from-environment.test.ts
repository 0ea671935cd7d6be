import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { base64url, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import {
  encryptionKeysFromEnvironment,
  generateKey,
  type StoredKey,
  storageKeysFromEnvironment,
} from 'mcp-gatehouse/keys'
import { afterAll, describe, expect, test } from 'vitest'
import { createTestClock } from '../../security/support/test-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'rings-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

function writeFile(content: unknown, mode = 0o600): string {
  files += 1
  const path = join(folder, `${files}.key`)
  const isRaw = typeof content === 'string' || content instanceof Uint8Array
  writeFileSync(path, isRaw ? content : JSON.stringify(content))
  chmodSync(path, mode)
  return path
}

describe('MCP_KEY_FILE_PATH', () => {
  const open = (MCP_KEY_FILE_PATH: string | undefined) =>
    encryptionKeysFromEnvironment({ environment: { MCP_KEY_FILE_PATH } })

  test('names a key set, or a single key', async () => {
    const key = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
    const next = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW', status: 'next' })
    const ring = await open(` ${writeFile({ keys: [next, key] })}\n`)
    expect(ring.use).toBe('encryption')
    expect((await ring.all()).map(({ kid }) => kid)).toEqual([key.kid, next.kid])
    expect((await (await open(writeFile(key))).current()).kid).toBe(key.kid)
  })

  test('is read as mcp-auth-middleware writes it: an RSA key for RSA-OAEP without a status', async () => {
    const [first, second] = await Promise.all([makeForeignKey(), makeForeignKey()])
    const ring = await open(writeFile({ keys: [first, second] }))
    const keys = await ring.all()
    expect(keys.map(({ kid, alg, status }) => [kid, alg, status])).toEqual([
      [first.kid, 'RSA-OAEP', 'current'],
      [second.kid, 'RSA-OAEP', 'previous'],
    ])
  })

  test('is followed: a file that has changed is picked up', async () => {
    const make = () => generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
    const [first, second] = [await make(), await make()]
    const path = writeFile({ keys: [first] })
    const clock = createTestClock()
    const environment = { MCP_KEY_FILE_PATH: path }
    const ring = await encryptionKeysFromEnvironment({ environment, clock })
    writeFileSync(path, JSON.stringify({ keys: [second] }))
    clock.pass(1)
    expect((await ring.current()).kid).toBe(second.kid)
  })

  test.each([undefined, '', ' '])('that is %j stops the start', async (path) => {
    await expect(open(path)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'ERR_CONFIG_KEY_FILE',
      message: expect.stringMatching(/^MCP_KEY_FILE_PATH \(not set\): /) as string,
    })
  })

  test('with a file that everybody can read is refused, and one for its group is a choice', async () => {
    const key = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
    const path = writeFile(key, 0o640)
    await expect(open(path)).rejects.toMatchObject({ code: 'ERR_CONFIG_KEY_FILE' })
    const environment = { MCP_KEY_FILE_PATH: path }
    const options = { environment, allowGroupRead: true }
    expect((await encryptionKeysFromEnvironment(options)).use).toBe('encryption')
  })
})

describe('STORAGE_ENCRYPTION_KEY', () => {
  // As `Fernet.generate_key()` writes it: 32 bytes in padded base64url (the specification's example).
  const FERNET_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
  const jwk = { kty: 'oct', k: FERNET_KEY.replace('=', '') }
  const open = (environment: Readonly<Record<string, string>>) =>
    storageKeysFromEnvironment({ environment })

  test('is a Fernet key, in a variable or in a file', async () => {
    const kid = await calculateJwkThumbprint(jwk)
    const path = writeFile(`${FERNET_KEY}\n`)
    for (const environment of [
      { STORAGE_ENCRYPTION_KEY: FERNET_KEY },
      { STORAGE_ENCRYPTION_KEY_PATH: path },
    ]) {
      const ring = await open(environment)
      expect([ring?.use, (await ring?.current())?.kid]).toEqual(['storage', kid])
    }
  })

  test('may be a key set of ours, in a variable or in a file', async () => {
    const keys = [await generateKey({ use: 'storage' })]
    const text = JSON.stringify({ keys })
    for (const environment of [
      { STORAGE_ENCRYPTION_KEY: text },
      { STORAGE_ENCRYPTION_KEY: base64url.encode(text) },
      { STORAGE_ENCRYPTION_KEY_PATH: writeFile(text) },
    ]) {
      expect((await (await open(environment))?.current())?.kid).toBe(keys[0]?.kid)
    }
  })

  test.each([{}, { STORAGE_ENCRYPTION_KEY: '', STORAGE_ENCRYPTION_KEY_PATH: ' ' }])(
    'that is not set is no ring: %j',
    async (environment) => {
      expect(await open(environment)).toBeUndefined()
    },
  )

  test('stands in one place', async () => {
    const environment = {
      STORAGE_ENCRYPTION_KEY: FERNET_KEY,
      STORAGE_ENCRYPTION_KEY_PATH: writeFile(FERNET_KEY),
    }
    await expect(open(environment)).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' })
  })

  test.each([
    ['a passphrase', 'canary-of-a-secret-key'],
    ['a key of 16 bytes', base64url.encode(crypto.getRandomValues(new Uint8Array(16)))],
    ['a key of 31 bytes', base64url.encode(crypto.getRandomValues(new Uint8Array(31)))],
    ['one byte again and again', base64url.encode(new Uint8Array(32).fill(65))],
    ['the line of a file', `STORAGE_ENCRYPTION_KEY=${FERNET_KEY}`],
    ['a key for something else', JSON.stringify({ kty: 'RSA', n: 'canary', e: 'AQAB' })],
  ])('that is %s is refused, and not repeated', async (_what, value) => {
    await expectRefused({ STORAGE_ENCRYPTION_KEY: value }, value)
    await expectRefused({ STORAGE_ENCRYPTION_KEY_PATH: writeFile(value) }, value)
  })

  test('that is raw bytes is refused', async () => {
    const path = writeFile(new Uint8Array(32).map((_, index) => index * 7 + 128))
    await expectRefused({ STORAGE_ENCRYPTION_KEY_PATH: path }, 'canary')
  })

  async function expectRefused(
    environment: Readonly<Record<string, string>>,
    secret: string,
  ): Promise<void> {
    const error: unknown = await open(environment).catch((reason: unknown) => reason)
    const code = expect.stringMatching(/^ERR_CONFIG_KEY_(?:FILE|INVALID)$/) as string
    expect(error).toMatchObject({ name: 'ConfigError', code })
    const shown = inspect(error, { depth: 9, showHidden: true })
    expect(shown).toContain('mcp-gatehouse keys generate')
    expect(shown).not.toContain(secret)
  }
})

/** With the members that mcp-auth-middleware gives to its keys. */
async function makeForeignKey(): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair('RSA-OAEP', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RSA-OAEP', use: 'enc' }
}
