import { McpServer } from '@modelcontextprotocol/server'
import * as fc from 'fast-check'
import { ConfigError, createResourceServer, definePolicy, storedRevocations } from 'mcp-gatehouse'
import {
  buildJwksAnswer,
  createKeyRing,
  encryptionKeysFromEnvironment,
  encryptToken,
  generateKey,
  keysFromFile,
  keysFromFunction,
  rotateKeys,
  storageKeysFromEnvironment,
} from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { guard } from 'mcp-gatehouse/sdk'
import { memory, openStorage, reseal, sealed } from 'mcp-gatehouse/storage'
import { postgres } from 'mcp-gatehouse/storage/postgres'
import { redis } from 'mcp-gatehouse/storage/redis'
import { sqlite } from 'mcp-gatehouse/storage/sqlite'
import { apiKeyVerifier, createApiKeys, jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { entryFiles, sourceExports } from '../pins/source-exports.ts'
import { FURTHER_READERS } from './further-readers.ts'
import { unknownName } from './misspelt-names.ts'
import type { Given, Reader } from './option-reader.ts'

const ISSUER = 'https://id.example.com'
const SERVER = { resource: 'https://mcp.example.com/mcp', authorizationServers: [ISSUER] }
const storageKeys = { keys: [await generateKey({ use: 'storage' })] }
const encryptionKey = await generateKey({ use: 'encryption' })
const signingKey = await generateKey({ use: 'signing' })
const source = keysFromFunction(() => storageKeys)
const ring = await createKeyRing({ use: 'storage', source })
const encryption = await createKeyRing({
  use: 'encryption',
  source: keysFromFunction(() => ({ keys: [encryptionKey] })),
})
const { d: _private, ...publicKey } = encryptionKey
const gatehouse = createResourceServer(SERVER)
const nested = jwtVerifier({ issuer: ISSUER })
const fetchNothing = async (): Promise<Response> => new Response()

const READERS: Readonly<Record<string, Reader>> = {
  ...FURTHER_READERS,
  createResourceServer: {
    type: 'ResourceServerOptions',
    good: SERVER,
    names: ['audience', 'requiredScopes', 'allowedHosts', 'isRevoked', 'policy', 'leewaySeconds'],
    read: createResourceServer,
  },
  'createResourceServer authorizationServers': {
    type: 'AuthorizationServerOptions',
    good: { issuer: ISSUER },
    names: ['audience', 'algorithms', 'requireAtJwt', 'jwksUri', 'secret'],
    read: (options) => createResourceServer({ ...SERVER, authorizationServers: [options] }),
  },
  'createResourceServer dpop': {
    type: 'DpopOptions',
    good: {},
    names: ['required', 'algorithms', 'proofSeconds', 'nonceSecret', 'storage', 'publicUrl'],
    read: (dpop) => createResourceServer({ ...SERVER, dpop }),
  },
  'createResourceServer policy': {
    good: { tools: { a: 'scope' } },
    names: ['tools', 'resources', 'unlisted', 'scopes'],
    read: (policy) => createResourceServer({ ...SERVER, policy }),
  },
  storedRevocations: {
    type: 'StoredRevocationsOptions',
    good: {},
    names: ['clock'],
    read: (options) => storedRevocations(memory(), options),
  },
  definePolicy: {
    type: 'PolicyOptions',
    good: { tools: { a: 'scope' } },
    names: ['tools', 'prompts', 'methods', 'implies', 'lists'],
    read: definePolicy,
  },
  'protect of node': {
    type: 'ProtectOptions',
    good: { keepBody: true },
    names: ['keepBody'],
    read: (options) => protect(gatehouse, () => undefined, options),
  },
  protectFetch: {
    good: { publicPaths: ['/healthz'] },
    names: ['publicPaths'],
    read: (options) => gatehouse.protectFetch(fetchNothing, options),
  },
  guard: {
    type: 'GuardOptions',
    good: { unauthenticated: 'deny' },
    names: ['unauthenticated', 'reconcile'],
    read: (options) => guard(new McpServer({ name: 'a', version: '1' }), definePolicy({}), options),
  },
  jwtVerifier: {
    type: 'JwtVerifierOptions',
    good: { issuer: ISSUER },
    names: ['issuer', 'algorithms', 'requireAtJwt', 'jwksUri'],
    read: jwtVerifier,
  },
  jweVerifier: {
    type: 'JweVerifierOptions',
    good: { keys: encryption, nested },
    names: ['maxLifetimeSeconds', 'unwrapData', 'nested'],
    read: jweVerifier,
  },
  createApiKeys: {
    type: 'ApiKeysOptions',
    good: { storage: memory(), resource: SERVER.resource },
    names: ['storage', 'resource', 'prefix', 'clock'],
    read: createApiKeys,
  },
  apiKeyVerifier: {
    good: { storage: memory(), resource: SERVER.resource },
    names: ['storage', 'resource', 'prefix', 'clock'],
    read: apiKeyVerifier,
  },
  'issue of createApiKeys': {
    type: 'IssueApiKeyOptions',
    good: { name: 'a', scopes: [] },
    names: ['name', 'scopes', 'expiresInSeconds', 'clientId', 'subject', 'tenant'],
    read: (options) =>
      createApiKeys({ storage: memory(), resource: SERVER.resource }).issue(options),
  },
  createKeyRing: {
    type: 'KeyRingOptions',
    good: { use: 'storage', source },
    names: ['use', 'source', 'onError', 'clock'],
    read: createKeyRing,
  },
  keysFromFile: {
    type: 'KeyFileOptions',
    good: { allowGroupRead: true, allowSingleKey: true },
    names: ['allowGroupRead', 'allowSingleKey'],
    read: (options) => keysFromFile('keys.json', options),
  },
  encryptionKeysFromEnvironment: {
    type: 'RingFromEnvironmentOptions',
    good: { environment: {} },
    names: ['allowGroupRead', 'clock', 'environment', 'onError'],
    read: encryptionKeysFromEnvironment,
  },
  storageKeysFromEnvironment: {
    good: { environment: {} },
    names: ['allowGroupRead', 'clock', 'environment', 'onError'],
    read: storageKeysFromEnvironment,
  },
  keysFromFunction: {
    type: 'KeyFunctionOptions',
    good: { name: 'Vault' },
    names: ['checkSeconds', 'timeoutSeconds'],
    read: (options) => keysFromFunction(() => storageKeys, options),
  },
  generateKey: {
    type: 'GenerateKeyOptions',
    good: { use: 'storage' },
    names: ['use', 'alg', 'status'],
    read: generateKey,
  },
  rotateKeys: {
    type: 'RotateKeysOptions',
    good: { use: 'storage', overlapSeconds: 60 },
    names: ['overlapSeconds', 'inUse'],
    read: (options) => rotateKeys(storageKeys, options),
  },
  buildJwksAnswer: {
    type: 'JwksAnswerOptions',
    good: { maxAgeSeconds: 60 },
    names: ['maxAgeSeconds'],
    read: (options) => buildJwksAnswer([ring], options),
  },
  encryptToken: {
    type: 'EncryptTokenOptions',
    good: { encryptionKey: publicKey, signingKey },
    names: ['encryptionKey', 'lifetimeSeconds'],
    read: (options) => encryptToken({ sub: 'alice' }, options),
  },
  memory: { type: 'MemoryOptions', good: {}, names: ['clock'], read: memory },
  sqlite: {
    type: 'SqliteStorageOptions',
    good: { timeoutSeconds: 1 },
    names: ['timeoutSeconds', 'now'],
    // Refused by its path, and with it nothing is written, where the options are accepted.
    read: (options) => sqlite(':memory:', options),
  },
  redis: {
    type: 'RedisStorageOptions',
    good: { prefix: 'a' },
    names: ['prefix', 'timeoutSeconds', 'onFailover'],
    read: (options) => redis('redis://127.0.0.1:1', options),
  },
  postgres: {
    type: 'PostgresStorageOptions',
    good: { schema: 'a' },
    names: ['schema', 'timeoutSeconds', 'poolSize'],
    read: (options) => postgres('postgres://127.0.0.1:1/a', options),
  },
  openStorage: {
    type: 'OpenStorageOptions',
    good: { prefix: 'a' },
    names: ['onFailover', 'prefix', 'schema', 'timeoutSeconds'],
    read: (options) => openStorage('memory:', options),
  },
  sealed: {
    type: 'SealingOptions',
    good: { name: 'a' },
    names: ['name', 'random'],
    read: (options) => sealed(memory(), ring, options),
  },
  reseal: {
    type: 'ResealOptions',
    good: { name: 'a' },
    names: ['name', 'signal', 'onUnreadable'],
    read: (options) => reseal(memory(), ring, options),
  },
}

/** Types of the test kit, which guards nothing, of writes, which have a test of their own, unions and bases. */
const OTHERS = [
  'DpopKeyOptions',
  'MintOptions',
  'ScriptedBrowserOptions',
  'SignInOptions',
  'StorageContractOptions',
  'TestAuthorizationServerOptions',
  'TokenIssuerOptions',
  'TokenOptions',
  'UpstreamOptions',
  'UserinfoVerifierOptions',
  'WriteOptions',
]

describe('SEC-391 an option that does not exist is an error, and never ignored:', () => {
  test.each(Object.entries(READERS))('%s', async (_name, { good, names, read }) => {
    expect(await outcomeOf(read, good)).not.toBe('ERR_CONFIG_OPTION_UNKNOWN')
    const known = new Set([...names, ...Object.keys(good)])
    await fc.assert(
      fc.asyncProperty(unknownName(names), anything, async (name, value) => {
        fc.pre(!known.has(name))
        const options = Object.defineProperty({ ...good }, name, { value, enumerable: true })
        expect([name, await outcomeOf(read, options)]).toEqual([name, 'ERR_CONFIG_OPTION_UNKNOWN'])
      }),
      { numRuns: 60 },
    )
  })

  test('audiance', async () => {
    for (const { good, read } of Object.values(READERS)) {
      const outcome = await outcomeOf(read, { ...good, audiance: 'https://mcp.example.com' })
      expect(outcome).toBe('ERR_CONFIG_OPTION_UNKNOWN')
    }
  })

  test('in a rule of a policy', () => {
    const define = (rule: object) => () => definePolicy({ tools: { a: rule } })
    expect(define({ scope: 'a' })).toThrow('scope (no such field)')
    expect(define({ roles: ['a'], tennants: ['b'] })).toThrow('tennants (no such field)')
  })

  test('in a write: a lifetime would be for ever', async () => {
    for (const storage of [memory(), await sealed(memory(), ring)]) {
      const value = new Uint8Array(1)
      const misspelt = [{ ttl: 60 }, { ttlseconds: 60 }, { tag: ['a'] }, { ifabsent: true }]
      for (const options of misspelt as object[]) {
        const write = { kind: 'set', key: 'a', value, ...options } as const
        for (const attempt of [
          () => storage.set('a', value, options),
          () => storage.compareAndSwap('a', 'none', value, options),
          () => storage.commit([write]),
        ]) {
          await expect(attempt()).rejects.toMatchObject({ code: 'ERR_STORAGE_INPUT' })
        }
      }
      expect(await storage.get('a')).toBeUndefined()
    }
  })

  test('and every type of options that the package exports is among them', () => {
    const types = entryFiles()
      .flatMap(sourceExports)
      .filter((name) => name.endsWith('Options'))
    const covered = Object.values(READERS).flatMap(({ type }) => type ?? [])
    expect([...new Set(types)].toSorted()).toEqual([...covered, ...OTHERS].toSorted())
  })
})

const anything = fc.oneof(fc.constant(undefined), fc.string(), fc.boolean(), fc.constant([]))

/** The code of the error; `undefined` where there is none, and the message of any other one. */
async function outcomeOf(read: Reader['read'], options: Given): Promise<string | undefined> {
  try {
    await read(options as never)
    return undefined
  } catch (error) {
    return error instanceof ConfigError ? error.code : String(error)
  }
}
