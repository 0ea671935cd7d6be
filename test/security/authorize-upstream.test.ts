import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createUpstream } from '../../src/oauth-client/create-upstream.ts'
import type { Upstream, UpstreamStart } from '../../src/oauth-client/upstream.ts'
import type {
  OAuthUpstreamOptions,
  OidcUpstreamOptions,
} from '../../src/oauth-client/upstream-options.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { CLIENT_ID, REDIRECT_URI, startHostileUpstream } from './support/hostile-upstream.ts'

const OAUTH: OAuthUpstreamOptions = {
  kind: 'oauth',
  issuer: 'https://github.com',
  clientId: CLIENT_ID,
  clientSecret: 'secret',
  authorizationEndpoint: 'https://github.com/login/oauth/authorize',
  tokenEndpoint: 'https://github.com/login/oauth/access_token',
  userInfoEndpoint: 'https://api.github.com/user',
}
const OIDC: OidcUpstreamOptions = { issuer: 'https://id.example.com', clientId: CLIENT_ID }
const OWN = 'client_id redirect_uri response_type state nonce code_challenge scope resource request'
  .concat(' code_challenge_method request_uri')
  .split(' ')

async function startAt(upstream: Upstream, request: Partial<UpstreamStart> = {}) {
  const started = await upstream.start({ redirectUri: REDIRECT_URI, ...request })
  if (!started.ok) throw new Error(JSON.stringify(started.failure))
  const { url, attempt } = started.value
  return { url: new URL(url), parameters: new URL(url).searchParams, attempt }
}

test('a request has PKCE with S256, a state and a nonce, each of them new', async () => {
  const { upstream, issuer } = await startHostileUpstream()
  const [first, second] = [await startAt(upstream), await startAt(upstream)]
  expect(Object.fromEntries(first.parameters)).toEqual({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email',
    state: first.attempt.state,
    nonce: first.attempt.nonce,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
  })
  expect(first.url.origin + first.url.pathname).toBe(`${issuer.issuer}/authorize`)
  expect(first.attempt).toMatchObject({ issuer: issuer.issuer, redirectUri: REDIRECT_URI })
  for (const name of ['state', 'nonce', 'codeVerifier'] as const) {
    expect(first.attempt[name]).toMatch(/^[\w-]{43}$/)
    expect(first.attempt[name]).not.toBe(second.attempt[name])
  }
})

describe('SEC-122 further parameters', () => {
  test.each(OWN)('%s cannot be configured', (name) => {
    const code = 'ERR_CONFIG_AUTHORIZATION_PARAMETER'
    const wrong = [{ extraAuthorizeParams: { [name]: 'x' } }, { forwardedParameters: [name] }]
    for (const options of wrong) {
      expect(() => createUpstream({ ...OAUTH, ...options })).toThrowError(
        expect.objectContaining({ code }) as Error,
      )
    }
  })

  test('of the operator are sent: idp, access_type, audience', async () => {
    const upstream = createUpstream({
      ...OAUTH,
      audience: 'https://api.example.com',
      extraAuthorizeParams: { idp: '0oa1', access_type: 'offline' },
    })
    const { parameters } = await startAt(upstream)
    expect([...parameters.keys()].toSorted()).toEqual([
      'access_type',
      'audience',
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'idp',
      'redirect_uri',
      'response_type',
      'state',
    ])
    expect(parameters.get('audience')).toBe('https://api.example.com')
  })

  const hostile = Object.fromEntries(OWN.map((name) => [name, 'evil']))
  const asked = { prompt: 'none', hd: 'evil.example', idp: 'evil', access_type: 'x', audience: 'y' }

  test('of a client are dropped unless they are listed, and never replace ours', async () => {
    const upstream = createUpstream({
      ...OAUTH,
      forwardedParameters: ['hd', 'idp', 'login_hint'],
      extraAuthorizeParams: { idp: 'ours' },
    })
    const clientParameters = { ...hostile, ...asked, login_hint: 'alice@example.com' }
    const { parameters, attempt } = await startAt(upstream, { clientParameters })
    expect(parameters.toString()).not.toMatch(/evil(?!\.example)|prompt|access_type/)
    expect(parameters.getAll('login_hint')).toEqual(['alice@example.com'])
    expect(parameters.getAll('hd')).toEqual(['evil.example'])
    expect(parameters.getAll('idp')).toEqual(['ours'])
    expect(parameters.getAll('state')).toEqual([attempt.state])
  })

  test.each([[['a', 'b']], [5], [''], ['a\r\nb'], ['x'.repeat(1_025)], [undefined]])(
    'of a client that are listed, but are %j, are dropped',
    async (value) => {
      const upstream = createUpstream({ ...OAUTH, forwardedParameters: ['hd'] })
      const { parameters } = await startAt(upstream, { clientParameters: { hd: value } })
      expect(parameters.has('hd')).toBe(false)
    },
  )

  test('in the endpoint’s own query do not stand beside ours', async () => {
    const authorizationEndpoint = 'https://github.com/authorize?p=policy&client_id=evil&state=evil'
    const upstream = createUpstream({ ...OAUTH, authorizationEndpoint })
    const { parameters, attempt } = await startAt(upstream)
    expect(parameters.get('p')).toBe('policy')
    expect(parameters.getAll('client_id')).toEqual([CLIENT_ID])
    expect(parameters.getAll('state')).toEqual([attempt.state])
  })
})

describe('discovery', () => {
  const metadataPath = '/.well-known/openid-configuration'

  test('happens when it is first needed, and once for all who need it', async () => {
    const { upstream, issuer } = await startHostileUpstream()
    expect(issuer.requests).toHaveLength(0)
    await Promise.all(Array.from({ length: 20 }, () => startAt(upstream)))
    expect(issuer.requests.map(({ path }) => path)).toEqual([metadataPath])
  })

  const misconfigured = (error: string) => ({
    ok: false,
    failure: { kind: 'misconfigured', error },
  })
  test.each([
    ['a page', { headers: { 'Content-Type': 'text/html' }, body: '<p>' }, 'NOT_FOUND'],
    ['404', { status: 404 }, 'NOT_FOUND'],
    ['a redirect', { status: 302, headers: { Location: 'https://evil.example' } }, 'NOT_FOUND'],
    ['5 MB', { body: `{"issuer":"${'x'.repeat(5_242_880)}"}` }, 'NOT_FOUND'],
  ])('that finds %s is a mistake of the configuration', async (_name, answer, code) => {
    const { upstream, issuer } = await startHostileUpstream()
    issuer.respond(metadataPath, answer)
    expect(await upstream.start({ redirectUri: REDIRECT_URI })).toEqual(
      misconfigured(`ERR_UPSTREAM_METADATA_${code}`),
    )
  })

  test.each([
    ['of another issuer', { issuer: 'https://evil.example' }, 'ERR_UPSTREAM_ISSUER_MISMATCH'],
    ['of the issuer with a slash', { issuer: '/' }, 'ERR_UPSTREAM_ISSUER_MISMATCH'],
    ['without keys', { jwks_uri: undefined }, 'ERR_UPSTREAM_METADATA_INVALID'],
    [
      'with an endpoint on http',
      { token_endpoint: 'http://evil.example/t' },
      'ERR_UPSTREAM_METADATA_INVALID',
    ],
    [
      'with a script for an endpoint',
      { authorization_endpoint: 'javascript:alert(1)' },
      'ERR_UPSTREAM_METADATA_INVALID',
    ],
  ])('that finds metadata %s is a mistake of the configuration', async (_name, metadata, code) => {
    const hostile = await startHostileUpstream()
    const isSlash = 'issuer' in metadata && metadata.issuer === '/'
    hostile.publish(isSlash ? { issuer: `${hostile.issuer.issuer}/` } : metadata)
    expect(await hostile.upstream.start({ redirectUri: REDIRECT_URI })).toEqual(misconfigured(code))
  })

  test('that fails for a moment is an outage', async () => {
    const { upstream, issuer } = await startHostileUpstream()
    issuer.respond(metadataPath, { status: 503, headers: { 'Retry-After': '9' } })
    expect(await upstream.start({ redirectUri: REDIRECT_URI })).toEqual({
      ok: false,
      failure: { kind: 'unavailable', retryAfterSeconds: 9, answered: true },
    })
  })

  test('pushes the request where the upstream accepts nothing else', async () => {
    const hostile = await startHostileUpstream()
    const { issuer } = hostile.issuer
    hostile.publish({
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: `${issuer}/par`,
    })
    const body = JSON.stringify({ request_uri: 'urn:1', expires_in: 60 })
    hostile.issuer.respond('/par', { status: 201, body })
    const { parameters } = await startAt(hostile.upstream)
    expect(Object.fromEntries(parameters)).toEqual({ client_id: CLIENT_ID, request_uri: 'urn:1' })
  })
})

describe('authentication of this server', () => {
  async function refreshAt(options: Partial<OAuthUpstreamOptions>) {
    const requests: {
      readonly authorization: string | undefined
      readonly form: URLSearchParams
    }[] = []
    const server = await startHostileServer((req, res) => {
      let text = ''
      req.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      req.on('end', () => {
        const { authorization } = req.headers
        requests.push({ authorization, form: new URLSearchParams(text) })
        res.setHeader('Content-Type', 'application/json')
        res.end(JSON.stringify({ access_token: 'at', token_type: 'bearer' }))
      })
    })
    const { origin } = server
    const upstream = createUpstream({
      ...OAUTH,
      issuer: origin,
      tokenEndpoint: `${origin}/token`,
      allowInsecureLoopback: true,
      ...options,
    })
    const credential = { refreshToken: 'rt', subject: 'alice', scopes: [] }
    expect(await upstream.refresh(credential)).toMatchObject({ ok: true })
    const [request] = requests
    if (request === undefined) throw new Error('no request')
    return { ...request, origin }
  }

  test('sends the secret in the body, or as Basic', async () => {
    const post = await refreshAt({})
    expect([post.authorization, post.form.get('client_secret')]).toEqual([undefined, 'secret'])
    const basic = await refreshAt({ clientSecretMethod: 'client_secret_basic' })
    expect(basic.authorization).toBe(`Basic ${btoa(`${CLIENT_ID}:secret`)}`)
    expect(basic.form.has('client_secret')).toBe(false)
  })

  test('signs an assertion for the upstream with private_key_jwt', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k1' }
    const sent = await refreshAt({ clientSecret: undefined, privateKey: jwk })
    const assertion = sent.form.get('client_assertion') ?? ''
    const { payload, protectedHeader } = await jwtVerify(assertion, publicKey, {
      audience: sent.origin,
      issuer: CLIENT_ID,
      subject: CLIENT_ID,
    })
    expect([protectedHeader.kid, typeof payload.jti]).toEqual(['k1', 'string'])
    expect(sent.form.has('client_secret')).toBe(false)
  })
})

describe('options', () => {
  const wrong: readonly (readonly [string, object, string])[] = [
    ['an issuer on http', { issuer: 'http://id.example.com' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['an issuer with a query', { issuer: 'https://id.example.com?a' }, 'ERR_CONFIG_ISSUER_INVALID'],
    [
      'http elsewhere',
      { issuer: 'http://id.example.com', allowInsecureLoopback: true },
      'ERR_CONFIG_NOT_HTTPS',
    ],
    ['no client', { clientId: '' }, 'ERR_CONFIG_NOT_A_STRING'],
    ['a misspelt option', { clientSecrett: 'x' }, 'ERR_CONFIG_OPTION_UNKNOWN'],
    ['a name that is no path segment', { name: 'a/b' }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a scope that is two', { scopes: ['a b'] }, 'ERR_CONFIG_SCOPE_INVALID'],
    ['a switch that is a text', { sendScopesOnRefresh: 'true' }, 'ERR_CONFIG_OPTION_TYPE'],
    [
      'a secret and a key',
      { clientSecret: 'x', privateKey: { kty: 'EC' } },
      'ERR_CONFIG_OPTIONS_CONFLICT',
    ],
    ['a public key', { privateKey: { kty: 'EC', alg: 'ES256' } }, 'ERR_CONFIG_KEY_INVALID'],
    ['a claim that is ours', { claims: { sub: 'email' } }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    [
      'the audience twice',
      { audience: 'a', extraAuthorizeParams: { audience: 'b' } },
      'ERR_CONFIG_OPTIONS_CONFLICT',
    ],
  ]
  test.each(wrong)('%s: refused', (_name, options, code) => {
    expect(() => createUpstream({ ...OIDC, ...options })).toThrowError(
      expect.objectContaining({ code }) as Error,
    )
  })

  test('an endpoint on http: refused', () => {
    const tokenEndpoint = 'http://github.com/token'
    expect(() => createUpstream({ ...OAUTH, tokenEndpoint })).toThrowError(
      expect.objectContaining({ code: 'ERR_CONFIG_NOT_HTTPS' }) as Error,
    )
  })
})
