import type { ErrorCode } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { create, createWith } from './creation.ts'

describe('a value of another type is refused at creation, not found out by a request', () => {
  const booleans = [
    'singleAudience',
    'claimsAsScopes',
    'metadataAtRoot',
    'mirrorServerMetadata',
    'requireSubject',
    'allowCredentials',
    'allowInsecureLoopback',
  ]
  test.each(booleans)('%s is a boolean', (name) => {
    const code: ErrorCode = 'ERR_CONFIG_OPTION_TYPE'
    const message = expect.stringContaining(name)
    expect(() => create({ [name]: 'false' })).toThrow(expect.objectContaining({ code, message }))
  })

  test.each(['isRevoked', 'fetch', 'onEvent', 'correlationId', 'clock', 'claims', 'metadata'])(
    '%s is what it is documented to be',
    (name) => {
      const code: ErrorCode = 'ERR_CONFIG_OPTION_TYPE'
      const message = expect.stringContaining(name)
      expect(() => create({ [name]: 'x' })).toThrow(expect.objectContaining({ code, message }))
    },
  )

  test.each([
    ['claims', {}],
    ['claims', { '~standard': {} }],
    ['clock', {}],
    ['clock', { now: () => 0 }],
  ])('%s without its functions: %j', (name, value) => {
    const code: ErrorCode = 'ERR_CONFIG_OPTION_TYPE'
    const message = expect.stringContaining(name)
    expect(() => create({ [name]: value })).toThrow(expect.objectContaining({ code, message }))
  })

  test('a schema may be a function, as those of some libraries are', () => {
    const validate = (value: unknown): unknown => ({ value })
    const standard = { version: 1, vendor: 'test', validate }
    const claims = Object.assign(() => undefined, { '~standard': standard })
    expect(create({ claims })).toHaveProperty('resource')
  })

  test.each(['requireAtJwt', 'allowKeyTrial', 'mapClaims', 'transformMetadata', 'metadata'])(
    '%s of an authorization server is what it is documented to be',
    (name) => {
      const code: ErrorCode = 'ERR_CONFIG_OPTION_TYPE'
      const message = expect.stringContaining(`authorizationServers[0].${name}`)
      expect(() => createWith({ [name]: 'x' })).toThrow(expect.objectContaining({ code, message }))
    },
  )
})
