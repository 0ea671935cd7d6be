import {
  createTokenIssuer,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
  type TokenIssuer,
} from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { checkProvider } from '../../examples/recipes/warm-up.ts'
import { type AsWorld, startAuthorizationServer } from './world.ts'

const METADATA = '/.well-known/openid-configuration'
const CREDENTIALS = { clientId: 'gatehouse', clientSecret: 'secret of the client' }

async function startAt(issuer: string, more: object = {}): Promise<AsWorld> {
  const upstream = { issuer, ...CREDENTIALS, allowInsecureLoopback: true, ...more }
  const world = await startAuthorizationServer({ options: () => ({ users: undefined, upstream }) })
  onTestFinished(() => world.close())
  return world
}

async function openIssuer(metadata: object = {}): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  issuer.respond(METADATA, { body: JSON.stringify({ ...issuer.metadata, ...metadata }) })
  return issuer
}

test.each([
  ['Entra ID', startEntra],
  ['Google', startGoogle],
  ['Keycloak', startKeycloak],
] as const)('metadata and keys of %s are read ahead of the first sign-in', async (_name, start) => {
  const provider = await start()
  onTestFinished(() => provider.close())
  const { server } = await startAt(provider.issuer)
  expect(provider.requests).toEqual([])
  await server.warmUp()
  expect(provider.requests.every((request) => request.startsWith('GET '))).toBe(true)
  expect(provider.requests).toHaveLength(2)
})

test('configured endpoints and embedded users have nothing to read', async () => {
  const github = await startGithub()
  onTestFinished(() => github.close())
  const { server } = await startAt(github.issuer, {
    kind: 'oauth',
    authorizationEndpoint: `${github.issuer}/login/oauth/authorize`,
    tokenEndpoint: `${github.issuer}/login/oauth/access_token`,
    userInfoEndpoint: `${github.issuer}/user`,
  })
  await server.warmUp()
  expect(github.requests).toEqual([])
  const embedded = await startAuthorizationServer()
  onTestFinished(() => embedded.close())
  await expect(embedded.server.warmUp()).resolves.toBeUndefined()
})

describe('what a sign-in would fail with', () => {
  const WRONG: readonly (readonly [string, object, string, RegExp])[] = [
    [
      'another issuer',
      { issuer: 'https://elsewhere.example' },
      'ERR_UPSTREAM_ISSUER_MISMATCH',
      /Configure the issuer exactly/,
    ],
    [
      'an issuer with another slash',
      { slash: true },
      'ERR_UPSTREAM_ISSUER_MISMATCH',
      /trailing slash/,
    ],
    [
      'PKCE without S256',
      { code_challenge_methods_supported: ['plain'] },
      'ERR_UPSTREAM_METADATA_INVALID',
      /PKCE without S256/,
    ],
    [
      'no token endpoint',
      { token_endpoint: undefined },
      'ERR_UPSTREAM_METADATA_INVALID',
      /token_endpoint/,
    ],
    [
      'an authorization endpoint on http elsewhere',
      { authorization_endpoint: 'http://id.example.com/authorize' },
      'ERR_UPSTREAM_METADATA_INVALID',
      /authorization_endpoint/,
    ],
    [
      'no UserInfo endpoint where that is to be read',
      { userinfo_endpoint: undefined },
      'ERR_UPSTREAM_METADATA_INVALID',
      /userinfo_endpoint/,
    ],
  ]

  test.each(WRONG)('%s: an error that says so', async (_title, changes, code, message) => {
    const issuer = await openIssuer()
    const metadata = { ...issuer.metadata, userinfo_endpoint: `${issuer.issuer}/userinfo` }
    const body = 'slash' in changes ? { issuer: `${issuer.issuer}/` } : changes
    issuer.respond(METADATA, { body: JSON.stringify({ ...metadata, ...body }) })
    const { server } = await startAt(issuer.issuer, { userInfo: true })
    const failure = server.warmUp()
    await expect(failure).rejects.toMatchObject({ name: 'UpstreamError', code, retryable: false })
    await expect(failure).rejects.toThrow(message)
    await expect(checkProvider(server)).rejects.toMatchObject({ code })
  })

  test('no metadata: an error that says so', async () => {
    const issuer = await openIssuer()
    issuer.respond(METADATA, { status: 404, body: '<html>' })
    const { server } = await startAt(issuer.issuer)
    await expect(server.warmUp()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_METADATA_NOT_FOUND' })
  })

  test('keys that are none: an error that says so', async () => {
    const issuer = await openIssuer()
    issuer.respond('/jwks', { body: '{}' })
    const { server } = await startAt(issuer.issuer)
    await expect(server.warmUp()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_JWKS_INVALID' })
  })

  test('an upstream that is away: retryable, and the recipe starts nevertheless', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => warn.mockRestore())
    const issuer = await createTokenIssuer()
    await issuer.close()
    const { server } = await startAt(issuer.issuer)
    const code = 'ERR_UPSTREAM_UNREACHABLE'
    await expect(server.warmUp()).rejects.toMatchObject({ code, retryable: true })
    await checkProvider(server)
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('Check DNS, TLS and the network'))
  })
})
