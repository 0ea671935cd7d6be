import { type IntrospectionVerifierOptions, introspectionVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import {
  type IntrospectionProvider,
  startIntrospectionProvider,
} from './support/introspection-provider.ts'
import { ALLOWED, CLIENT, createRemoteGate, type RemoteGate } from './support/remote-gate.ts'

const INACTIVE = [401, 'auth.deny', 'inactive']

function gateAt(
  { issuer }: IntrospectionProvider,
  options: Partial<IntrospectionVerifierOptions> = CLIENT,
): RemoteGate {
  const verifier = introspectionVerifier({
    issuer,
    clientId: CLIENT.clientId,
    allowInsecureLoopback: true,
    ...options,
  })
  return createRemoteGate({ verifier, issuer })
}

describe('with oidc-provider, whose tokens are opaque,', () => {
  test.each<[string, (provider: IntrospectionProvider) => Partial<IntrospectionVerifierOptions>]>([
    ['client_secret_basic', () => CLIENT],
    [
      'client_secret_post',
      () => ({ ...CLIENT, clientId: 'notes-mcp-post', clientSecretMethod: 'client_secret_post' }),
    ],
    ['private_key_jwt', ({ privateKey }) => ({ clientId: 'notes-mcp-key', privateKey })],
    [
      'answers that are signed (RFC 9701)',
      () => ({ ...CLIENT, clientId: 'notes-mcp-signed', signingAlgorithm: 'ES256' }),
    ],
  ])('%s', async (_method, optionsFor) => {
    const provider = await startIntrospectionProvider()
    const gate = gateAt(provider, optionsFor(provider))
    expect(await gate.ask(await provider.accessToken())).toEqual(ALLOWED)
    expect(await gate.ask(await provider.clientToken())).toEqual(ALLOWED)
    expect(await gate.ask('never-issued')).toEqual(INACTIVE)
    expect(gate.seen).toMatchObject([
      { subject: 'alice', clientId: 'app', issuer: provider.issuer },
      { subject: undefined, clientId: 'app' },
      { reason: 'inactive' },
    ])
    expect(provider.bodies).toHaveLength(3)
  })

  test('a wrong secret is 503: it says nothing about the token', async () => {
    const provider = await startIntrospectionProvider()
    const gate = gateAt(provider, { ...CLIENT, clientSecret: 'wrong' })
    const refused = [503, 'dep.unavailable', 'ERR_UPSTREAM_CLIENT_REFUSED']
    expect(await gate.ask(await provider.accessToken())).toEqual(refused)
  })

  test('a token that is revoked is refused when it is asked about next', async () => {
    const provider = await startIntrospectionProvider()
    const gate = gateAt(provider, { ...CLIENT, cacheSeconds: 0 })
    const token = await provider.accessToken()
    expect(await gate.ask(token)).toEqual(ALLOWED)
    await provider.revoke(token)
    expect(await gate.ask(token)).toEqual(INACTIVE)
  })

  test('SEC-061 a refresh token, which is active and says nothing of its kind, is refused', async () => {
    const provider = await startIntrospectionProvider()
    const gate = gateAt(provider)
    const [status, , reason] = await gate.ask(await provider.refreshToken())
    expect([status, reason]).toEqual([401, 'aud'])
  })
})

describe('SEC-057 whatever a token contains, it is one value of the form', () => {
  test.each([
    'a&active=true',
    'a&token=b&client_id=other',
    '%26token%3Dother',
    'a+b c==',
    'a=b',
    'line\r\nHost: other.example.com\n\nsecond',
    'a;b#c?d',
    'ünïcödé 😀',
    '\u0000',
  ])('SEC-057 %j', async (token) => {
    const bodies: string[] = []
    const server = await startHostileServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        bodies.push(body)
        response.setHeader('Content-Type', 'application/json')
        response.end('{"active":false}')
      })
    })
    const verifier = introspectionVerifier({
      ...CLIENT,
      issuer: 'https://id.example.com',
      introspectionEndpoint: `${server.origin}/introspect`,
      allowInsecureLoopback: true,
    })
    expect(await verifier.verify(token)).toEqual({ ok: false, reason: 'inactive' })
    expect(bodies).toHaveLength(1)
    expect([...new URLSearchParams(bodies[0])]).toEqual([
      ['token_type_hint', 'access_token'],
      ['token', token],
    ])
  })

  test('SEC-057 oidc-provider sees the one token, and it is none of its own', async () => {
    const provider = await startIntrospectionProvider()
    const token = await provider.accessToken()
    const verifier = introspectionVerifier({
      ...CLIENT,
      issuer: provider.issuer,
      allowInsecureLoopback: true,
    })
    for (const forged of [`x&token=${token}`, `${token}&x=y`, `${token}\n`, `${token}%00`]) {
      expect(await verifier.verify(forged)).toEqual({ ok: false, reason: 'inactive' })
    }
  })

  test('and one that is empty or longer than 8 KiB is not asked about', async () => {
    const provider = await startIntrospectionProvider()
    const options = { ...CLIENT, issuer: provider.issuer, allowInsecureLoopback: true }
    const verifier = introspectionVerifier(options)
    expect(await verifier.verify('')).toEqual({ ok: false, reason: 'format' })
    expect(await verifier.verify('a'.repeat(8_193))).toEqual({ ok: false, reason: 'size' })
    expect(provider.bodies).toEqual([])
  })
})

describe('introspectionVerifier refuses at its creation', () => {
  const GOOD = { ...CLIENT, issuer: 'https://id.example.com' }

  test.each<[string, object, string]>([
    ['an issuer over http', { issuer: 'http://id.example.com' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['no issuer', { issuer: undefined }, 'ERR_CONFIG_NOT_A_STRING'],
    ['an endpoint over http', { introspectionEndpoint: 'http://a/b' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['an endpoint that is a path', { introspectionEndpoint: '/b' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no client id', { clientId: '' }, 'ERR_CONFIG_NOT_A_STRING'],
    ['no secret', { clientSecret: undefined }, 'ERR_CONFIG_NOT_A_STRING'],
    ['an empty secret', { clientSecret: ' ' }, 'ERR_CONFIG_NOT_A_STRING'],
    [
      'secret and key',
      { privateKey: { kty: 'EC', d: 'a', alg: 'ES256' } },
      'ERR_CONFIG_OPTIONS_CONFLICT',
    ],
    [
      'a public key',
      { clientSecret: undefined, privateKey: { kty: 'EC', alg: 'ES256' } },
      'ERR_CONFIG_KEY_INVALID',
    ],
    ['a method that is none', { clientSecretMethod: 'none' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['HS256 for answers', { signingAlgorithm: 'HS256' }, 'ERR_CONFIG_ALGORITHM_UNSUPPORTED'],
    [
      'an algorithm that is not set',
      { signingAlgorithm: undefined },
      'ERR_CONFIG_ALGORITHM_UNSUPPORTED',
    ],
    ['a cache of 61 s', { cacheSeconds: 61 }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['a cache below 0', { negativeCacheSeconds: -1 }, 'ERR_CONFIG_NUMBER_RANGE'],
  ])('%s', (_what, options, code) => {
    expect(() => introspectionVerifier({ ...GOOD, ...options })).toThrow(
      expect.objectContaining({ code }) as Error,
    )
  })
})
