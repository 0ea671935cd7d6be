import type { AuditEvent } from 'mcp-gatehouse'
import {
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { memory, sealed } from 'mcp-gatehouse/storage'
import { beforeAll, describe, expect, test } from 'vitest'
import { newRing } from './world.ts'

let usual: CreateAuthorizationServerOptions

beforeAll(async () => {
  usual = {
    issuer: 'http://127.0.0.1:4000',
    resources: { 'http://127.0.0.1:3000/mcp': ['a'] },
    users: [{ username: 'alice', password: 'wonderland' }],
    storage: memory(),
    keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
  }
})

const create = (options: object): Promise<unknown> =>
  createAuthorizationServer({ ...usual, ...options })

test.each([
  ['an unknown option', { isuer: 'x' }, 'ERR_CONFIG_OPTION_UNKNOWN', 'isuer'],
  [
    'an issuer with a query',
    { issuer: 'https://as.example/?x' },
    'ERR_CONFIG_ISSUER_INVALID',
    'issuer',
  ],
  ['an http issuer', { issuer: 'http://as.example' }, 'ERR_CONFIG_NOT_HTTPS', 'issuer'],
  ['a path with dots', { issuer: 'http://127.0.0.1:4000/.a' }, 'ERR_CONFIG_PATH_INVALID', 'issuer'],
  ['no resources', { resources: {} }, 'ERR_CONFIG_RESOURCE_INVALID', 'resources'],
  ['a relative resource', { resources: ['/mcp'] }, 'ERR_CONFIG_RESOURCE_INVALID', 'resources./mcp'],
  ['an http resource', { resources: ['http://a.example'] }, 'ERR_CONFIG_NOT_HTTPS', 'resources'],
  [
    'a scope with a blank',
    { resources: { 'https://a.example': ['a b'] } },
    'ERR_CONFIG_SCOPE_INVALID',
    'scopes[0]',
  ],
  [
    'a default scope that there is not',
    { resources: { 'https://a.example': { scopes: ['a'], defaultScopes: ['b'] } } },
    'ERR_CONFIG_SCOPE_INVALID',
    'defaultScopes',
  ],
  ['no storage', { storage: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'storage'],
  ['no keys', { keys: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'keys'],
  [
    'a lifetime out of range',
    { lifetimes: { accessTokenSeconds: 1 } },
    'ERR_CONFIG_NUMBER_RANGE',
    'accessTokenSeconds',
  ],
  [
    'an unknown lifetime',
    { lifetimes: { access: 60 } },
    'ERR_CONFIG_OPTION_UNKNOWN',
    'lifetimes.access',
  ],
  [
    'a user without a password',
    { users: [{ username: 'x' }] },
    'ERR_CONFIG_OPTION_TYPE',
    'users[0].password',
  ],
  ['dpop that is not set', { dpop: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'dpop (undefined'],
  ['dpop that is only turned on', { dpop: true }, 'ERR_CONFIG_OPTION_TYPE', 'dpop (an object)'],
  ['a misspelt demand', { dpop: { require: true } }, 'ERR_CONFIG_OPTION_UNKNOWN', 'dpop.require'],
  [
    'a demand that is not set',
    { dpop: { required: undefined } },
    'ERR_CONFIG_OPTION_TYPE',
    'dpop.required (undefined',
  ],
  [
    'a demand that is no boolean',
    { dpop: { required: 'yes' } },
    'ERR_CONFIG_OPTION_TYPE',
    'dpop.required',
  ],
  [
    'a short secret of nonces',
    { dpop: { nonceSecret: 'a'.repeat(31) } },
    'ERR_CONFIG_SECRET_TOO_SHORT',
    'dpop.nonceSecret',
  ],
  [
    'a client that has its tokens bound, without dpop,',
    {
      clients: [
        { clientId: 'a', redirectUris: ['https://a.example/'], dpopBoundAccessTokens: true },
      ],
    },
    'ERR_CONFIG_CLIENT',
    'dpop_bound_access_tokens',
  ],
  ['nobody to sign in', { users: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'users'],
])('%s is refused at creation', async (_name, options, code, subject) => {
  const error = await create(options).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ code, message: expect.stringContaining(subject) })
})

test('a signing ring for cookies is refused', async () => {
  const { signing } = usual.keys
  await expect(create({ keys: { signing, cookies: signing } })).rejects.toMatchObject({
    code: 'ERR_CONFIG_KEY_INVALID',
  })
})

test('embedded users are refused for an issuer that is not on this machine', async () => {
  await expect(create({ issuer: 'https://as.example' })).rejects.toMatchObject({
    code: 'ERR_CONFIG_NOT_LOOPBACK',
  })
})

test('SEC-177 no consent page is refused, and a warning at every start where somebody insists', async () => {
  await expect(create({ consent: { page: 'never' } })).rejects.toMatchObject({
    code: 'ERR_CONFIG_CONSENT_OFF',
  })
  const events: AuditEvent[] = []
  const onEvent = (event: AuditEvent): void => void events.push(event)
  await create({ consent: { page: 'never', iOwnConsentElsewhere: true }, onEvent })
  expect(events).toMatchObject([{ type: 'config.warning', at: expect.any(Number) as number }])
})

describe.each(['durable', 'shared'] as const)('a storage that is %s', (durability) => {
  const bare = { ...memory(), durability }

  test('is refused bare', async () => {
    const error = await create({ storage: bare }).catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      name: 'ConfigError',
      code: 'ERR_CONFIG_STORAGE_UNSEALED',
      message: expect.stringMatching(/^storage: /),
    })
  })

  test('is taken sealed', async () => {
    const document = { keys: [await generateKey({ use: 'storage' })] }
    const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => document) })
    await expect(create({ storage: await sealed(bare, ring) })).resolves.toBeDefined()
  })
})
