import { expect, test } from 'vitest'
import { buildProtectedResourceMetadata } from '../../../src/oauth/index.ts'

const resource = 'https://mcp.example.com/mcp'
const authorizationServers = ['https://as1.example.com', 'https://as2.example.com']

test('the document has what was configured, under the names of RFC 9728', () => {
  const document = buildProtectedResourceMetadata({
    resource,
    authorizationServers,
    scopesSupported: ['a', 'b'],
    additional: { resource_name: 'Notes', 'resource_name#de': 'Notizen' },
  })
  expect(document).toEqual({
    resource_name: 'Notes',
    'resource_name#de': 'Notizen',
    resource,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
    scopes_supported: ['a', 'b'],
  })
})

test('no scopes: no field', () => {
  const input = { resource, authorizationServers, scopesSupported: [], additional: {} }
  expect(Object.keys(buildProtectedResourceMetadata(input))).toEqual([
    'resource',
    'authorization_servers',
    'bearer_methods_supported',
  ])
})

test('an additional field cannot replace one of ours', () => {
  const additional = { resource: 'https://evil.example', bearer_methods_supported: ['query'] }
  const input = { resource, authorizationServers, scopesSupported: [], additional }
  expect(buildProtectedResourceMetadata(input)).toEqual({
    resource,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
  })
})

test('the algorithms of proofs are published, and that tokens are bound only where they must be', () => {
  const input = { resource, authorizationServers, scopesSupported: [], additional: {} }
  const algorithms = ['ES256']
  const optional = buildProtectedResourceMetadata({
    ...input,
    dpop: { algorithms, required: false },
  })
  const required = buildProtectedResourceMetadata({
    ...input,
    dpop: { algorithms, required: true },
  })
  expect(required).toEqual({
    resource,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: algorithms,
    dpop_bound_access_tokens_required: true,
  })
  const { dpop_bound_access_tokens_required: _, ...others } = required
  expect(optional).toEqual(others)
})
