import { expect, test } from 'vitest'
import { buildAuthInfo, buildPrincipal } from '../../../src/principal/index.ts'

const SERVER = {
  resource: 'https://mcp.example.com/mcp',
  metadataUrl: 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp',
}

function accept(claims: Readonly<Record<string, unknown>>): Parameters<typeof buildAuthInfo>[0] {
  const principal = buildPrincipal('https://as.example.com', claims, {}, claims)
  if (principal === undefined) throw new Error('no principal')
  return { token: 'token', principal, expiresAt: 4_102_444_800 }
}

test('the whole AuthInfo', () => {
  const accepted = accept({ sub: 'alice', client_id: 'app', scope: 'b a' })
  expect(buildAuthInfo(accepted, SERVER)).toEqual({
    token: 'token',
    clientId: 'app',
    scopes: ['b', 'a'],
    expiresAt: 4_102_444_800,
    resource: new URL(SERVER.resource),
    resourceMetadataUrl: SERVER.metadataUrl,
    extra: { principal: accepted.principal },
  })
})

test('a token that names no client has an empty one', () => {
  expect(buildAuthInfo(accept({ sub: 'alice' }), SERVER).clientId).toBe('')
})

test('two of them share nothing that a handler could change', () => {
  const accepted = accept({ sub: 'alice', scope: 'a' })
  const first = buildAuthInfo(accepted, SERVER)
  first.scopes.push('admin')
  first.resource.pathname = '/other'
  const second = buildAuthInfo(accepted, SERVER)
  expect([second.scopes, second.resource.href]).toEqual([['a'], SERVER.resource])
})
