import { McpServer } from '@modelcontextprotocol/server'
import {
  ConfigError,
  createResourceServer,
  definePolicy,
  fetchServerMetadata,
  fromEnvironment,
  storedRevocations,
} from 'mcp-gatehouse'
import { forwardHeaders } from 'mcp-gatehouse/context'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { guard } from 'mcp-gatehouse/sdk'
import { memory, sealed } from 'mcp-gatehouse/storage'
import { apiKeyVerifier, createApiKeys, jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import * as fc from '../fuzz/fast-check.ts'
import { entryFiles, sourceExports } from '../pins/source-exports.ts'
import { FURTHER_READERS } from './further-readers.ts'
import { unknownName } from './misspelt-names.ts'
import { realNames } from './option-names.ts'
import type { Given, Reader } from './option-reader.ts'
import { ring } from './storage-option-readers.ts'

const ISSUER = 'https://id.example.com'
const SERVER = { resource: 'https://mcp.example.com/mcp', authorizationServers: [ISSUER] }
const encryptionKeys = { keys: [await generateKey({ use: 'encryption' })] }
const encryption = await createKeyRing({
  use: 'encryption',
  source: keysFromFunction(() => encryptionKeys),
})
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
  'createResourceServer dpop': {
    type: 'DpopOptions',
    good: {},
    names: ['required', 'algorithms', 'proofSeconds', 'nonceSecret', 'storage', 'publicUrl'],
    read: (dpop) => createResourceServer({ ...SERVER, dpop }),
  },
  'createResourceServer policy': {
    alsoReads: ['PolicyOptions'],
    good: { tools: { a: 'scope' } },
    names: ['tools', 'resources', 'unlisted', 'scopes'],
    read: (policy) => createResourceServer({ ...SERVER, policy }),
  },
  fetchServerMetadata: {
    type: 'FetchServerMetadataOptions',
    good: { fetch: async () => new Response('', { status: 404 }) },
    names: ['allowInsecureLoopback', 'fetch', 'metadataUrl', 'transformMetadata'],
    read: (options) => fetchServerMetadata(ISSUER, options),
  },
  forwardHeaders: {
    type: 'ForwardHeadersOptions',
    good: { headers: ['x-api-key'] },
    names: ['audience', 'headers'],
    read: (options) => forwardHeaders(gatehouse, fetchNothing, options),
  },
  fromEnvironment: {
    type: 'FromEnvironmentOptions',
    good: { environment: { MCP_RESOURCE_IDENTIFIER: SERVER.resource, MCP_AUTH_ISSUER: ISSUER } },
    names: ['allowInsecureLoopback', 'environment'],
    read: fromEnvironment,
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
    type: 'CreateApiKeysOptions',
    good: { storage: memory(), resource: SERVER.resource },
    names: ['storage', 'resource', 'prefix', 'clock', 'onEvent'],
    read: createApiKeys,
  },
  apiKeyVerifier: {
    type: 'ApiKeysOptions',
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
}

/** Types of the test kit, which guards nothing, of writes, which have a test of their own, unions and bases. */
const OTHERS = [
  'DpopKeyOptions',
  'ElicitationClientOptions',
  'MintOptions',
  'ProtectionOptions',
  'ScriptedBrowserOptions',
  'SignInOptions',
  'StorageContractOptions',
  'TestAuthorizationServerOptions',
  'TokenIssuerOptions',
  'TokenOptions',
  'OAuthServiceOptions',
  'UpstreamOptions',
  'UserinfoVerifierOptions',
  'WriteOptions',
]

describe('SEC-391 an option that does not exist is an error, and never ignored:', () => {
  test.each(Object.entries(READERS))('%s', async (_name, reader) => {
    const { good, names, read } = reader
    expect(await outcomeOf(read, good)).not.toBe('ERR_CONFIG_OPTION_UNKNOWN')
    const known = realNames(reader)
    expect([...names, ...Object.keys(good)].filter((name) => !known.has(name))).toEqual([])
    await fc.assert(
      fc.asyncProperty(unknownName([...known]), anything, async (name, value) => {
        fc.pre(!known.has(name))
        const options = Object.defineProperty({ ...good }, name, { value, enumerable: true })
        expect([name, await outcomeOf(read, options)]).toEqual([name, 'ERR_CONFIG_OPTION_UNKNOWN'])
      }),
      { numRuns: 60 },
    )
  })

  test.each(Object.entries(READERS))('and one that exists is none: %s', async (_name, reader) => {
    const { good, read } = reader
    for (const name of realNames(reader)) {
      const outcome = await outcomeOf(read, { ...good, [name]: good[name] })
      expect([name, outcome]).not.toEqual([name, 'ERR_CONFIG_OPTION_UNKNOWN'])
    }
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
    expect([...new Set(types)].toSorted()).toEqual([...new Set([...covered, ...OTHERS])].toSorted())
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
