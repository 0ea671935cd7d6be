import { oauthService, secretService } from 'mcp-gatehouse/connections'
import { services } from 'mcp-gatehouse/providers'
import { memory } from 'mcp-gatehouse/storage'
import { describe, expect, test } from 'vitest'
import { createConnectionsCore } from '../../src/connections/create-connections.ts'
import { newRing } from '../authorization-server/world.ts'
import { createWorld } from './world.ts'

const cookies = await newRing('cookies')
const github = oauthService({ profile: services.github, clientId: 'a', clientSecret: 'b' })
const usual = {
  baseUrl: 'https://mcp.example.com',
  storage: memory(),
  keys: { cookies },
  identity: { issuer: 'https://id.example.com' } as never,
  services: { github },
}
const field = { token: { label: 'Token' } }

function errorOf(options: object): unknown {
  try {
    createConnectionsCore({ ...usual, ...options })
    return undefined
  } catch (error) {
    return error
  }
}

function failure(code: string, text: string): object {
  return { name: 'ConfigError', code, message: expect.stringContaining(text) as string }
}

describe('SEC-253 a name that is no plain word', () => {
  const NAMES = [
    '../x',
    '__proto__',
    '<script>',
    '',
    'a/b',
    'Git',
    '1a',
    'constructor',
    'callback',
    'a'.repeat(41),
  ]

  test.each(NAMES)('of a service is refused at the start: %j', (name) => {
    const own = Object.defineProperty({}, name, { value: github, enumerable: true })
    expect(errorOf({ services: own })).toMatchObject(
      failure('ERR_CONFIG_SERVICE_NAME', 'services ('),
    )
  })

  const FIELDS = ['../x', '__proto__', '<script>', '', 'a-b', '1a', 'toString', 'a'.repeat(41)]

  test.each(FIELDS)('of a field is refused at the start: %j', (name) => {
    const fields = Object.defineProperty({}, name, { value: { label: 'A' }, enumerable: true })
    const jira = secretService({ title: 'Jira', fields })
    expect(errorOf({ services: { jira } })).toMatchObject(
      failure('ERR_CONFIG_SERVICE_NAME', 'services.jira.fields ('),
    )
  })
})

describe('a mistake in the options is an error that names the option', () => {
  const oauth = (options: object): object => ({
    services: { notes: oauthService({ clientId: 'a', ...options } as never) },
  })
  const form = (options: object): object => ({
    services: { jira: secretService({ title: 'Jira', fields: field, ...options }) },
  })
  const generic = {
    title: 'Notes',
    authorizationEndpoint: 'https://notes.example.com/a',
    tokenEndpoint: 'https://notes.example.com/t',
    apiOrigins: ['https://notes.example.com'],
  }

  test.each([
    [{ baseUrl: 'http://mcp.example.com' }, 'ERR_CONFIG_NOT_HTTPS', 'baseUrl'],
    [{ baseUrl: 'https://mcp.example.com/?a=b' }, 'ERR_CONFIG_OPTION_TYPE', 'baseUrl'],
    [{ baseUrl: 'https://mcp.example.com//evil.example' }, 'ERR_CONFIG_PATH_INVALID', 'baseUrl'],
    [{ baseUrl: 'https://mcp.example.com/a;b' }, 'ERR_CONFIG_PATH_INVALID', 'baseUrl'],
    [{ storage: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'storage'],
    [{ storage: { ...memory(), durability: 'durable' } }, 'ERR_CONFIG_STORAGE_UNSEALED', 'storage'],
    [{ keys: {} }, 'ERR_CONFIG_KEY_INVALID', 'keys.cookies'],
    [{ identity: undefined }, 'ERR_CONFIG_OPTION_TYPE', 'identity'],
    [{ services: {} }, 'ERR_CONFIG_OPTION_TYPE', 'services'],
    [{ services: { a: services.github } }, 'ERR_CONFIG_OPTION_TYPE', 'services.a'],
    [
      oauth({ profile: services.github, clientId: '' }),
      'ERR_CONFIG_OPTION_TYPE',
      'services.notes.clientId',
    ],
    [oauth({ profile: services.generic }), 'ERR_CONFIG_OPTION_TYPE', 'name the endpoints'],
    [oauth({ profile: services.microsoftGraph }), 'ERR_CONFIG_OPTION_TYPE', 'placeholders.tenant'],
    [
      oauth({ profile: services.github, placeholders: { bse: 'a' } }),
      'ERR_CONFIG_OPTION_UNKNOWN',
      'placeholders.bse',
    ],
    [
      oauth({ profile: services.github, placeholders: { base: 'http://a.b' } }),
      'ERR_CONFIG_NOT_HTTPS',
      'authorization',
    ],
    [
      oauth({ profile: services.github, extraAuthorizeParams: { state: 'a' } }),
      'ERR_CONFIG_AUTHORIZATION_PARAMETER',
      'state',
    ],
    [
      oauth({ profile: services.github, apiHeaders: { Authorization: 'a' } }),
      'ERR_CONFIG_OPTION_TYPE',
      'apiHeaders',
    ],
    [oauth({ ...generic, title: undefined }), 'ERR_CONFIG_OPTION_TYPE', 'title'],
    [oauth({ ...generic, apiOrigins: undefined }), 'ERR_CONFIG_OPTION_TYPE', 'apiOrigins'],
    [oauth({ ...generic, tokenEndpoint: undefined }), 'ERR_CONFIG_OPTION_TYPE', 'issuer, or'],
    [
      oauth({ ...generic, clientSecret: 'a', privateKey: {} }),
      'ERR_CONFIG_OPTIONS_CONFLICT',
      'privateKey',
    ],
    [oauth({ ...generic, scopes: ['a b'] }), 'ERR_CONFIG_SCOPE_INVALID', 'scopes[0]'],
    [form({ fields: {} }), 'ERR_CONFIG_OPTION_TYPE', 'fields'],
    [form({ apiOrigins: ['https://a.example'] }), 'ERR_CONFIG_OPTIONS_CONFLICT', 'authorize'],
    [form({ fields: { a: { label: 'A', type: 'file' } } }), 'ERR_CONFIG_OPTION_TYPE', 'a.type'],
    [form({ fields: { a: { label: 'A', pattern: '(' } } }), 'ERR_CONFIG_OPTION_TYPE', 'a.pattern'],
    [
      form({ fields: { a: { label: 'A', type: 'select' } } }),
      'ERR_CONFIG_OPTION_TYPE',
      'a.options',
    ],
  ])('%#: %o', (options, code, text) => {
    expect(errorOf(options)).toMatchObject(failure(code, text))
  })

  test('a store that may lose connections with its server is warned about', () => {
    const storage = { ...memory(), durability: 'shared', isSealed: true } as const
    const world = createWorld({ github }, { storage })
    expect(world.events).toMatchObject([{ type: 'config.warning' }])
  })
})
