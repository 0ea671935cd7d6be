import { decodeJwt } from 'jose'
import {
  type EmulatedGithub,
  type EmulatedProvider,
  startEntra,
  startGithub,
  startGoogle,
  startKeycloak,
} from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createUpstream } from '../../src/oauth-client/create-upstream.ts'
import type { Upstream } from '../../src/oauth-client/upstream.ts'
import type { OidcUpstreamOptions } from '../../src/oauth-client/upstream-options.ts'
import { createScriptedBrowser } from '../../src/testing/index.ts'
import { REDIRECT_URI, signInAt, visitProvider } from './sign-in.ts'

async function open<Provider extends EmulatedProvider>(
  starting: Promise<Provider>,
): Promise<Provider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

function oidc(provider: EmulatedProvider, options: Partial<OidcUpstreamOptions> = {}): Upstream {
  const { issuer, clientId, clientSecret } = provider
  return createUpstream({
    issuer,
    clientId,
    clientSecret,
    allowInsecureLoopback: true,
    ...options,
  })
}

function github(provider: EmulatedGithub, scopes: readonly string[] = ['read:user']): Upstream {
  const { issuer, clientId, clientSecret } = provider
  const { authorizationEndpoint, tokenEndpoint, userInfoEndpoint } = provider
  return createUpstream({
    kind: 'oauth',
    issuer,
    clientId,
    clientSecret,
    scopes,
    allowInsecureLoopback: true,
    authorizationEndpoint,
    tokenEndpoint,
    userInfoEndpoint,
    subjectClaim: 'id',
  })
}

async function metadataOf({ issuer }: EmulatedProvider): Promise<Record<string, unknown>> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`)
  return (await response.json()) as Record<string, unknown>
}

describe('Keycloak', () => {
  test('signs in, with roles from realm_access and an address that is verified', async () => {
    const keycloak = await open(startKeycloak())
    const upstream = oidc(keycloak, {
      claims: { email: 'email', name: 'name', roles: 'realm_access.roles' },
    })
    const identity = await signInAt(upstream)
    expect(identity).toMatchObject({
      issuer: keycloak.issuer,
      subject: keycloak.users['alice']?.sub,
      claims: { email: 'alice@example.com', name: 'Alice Liddell', roles: ['admin', 'user'] },
      tokens: { expiresInSeconds: 300, refreshToken: expect.any(String) as string },
    })
    const bob = await signInAt(upstream, { username: 'bob', password: 'builder' })
    expect(bob.claims).toEqual({ name: 'Bob Builder', roles: ['user'] })
  })

  test('renews tokens, with the refresh token that there is or a new one', async () => {
    for (const rotatesRefreshTokens of [false, true]) {
      const upstream = oidc(await open(startKeycloak({ rotatesRefreshTokens })))
      const { subject, tokens } = await signInAt(upstream)
      const { refreshToken = '', scopes } = tokens
      const renewed = await upstream.refresh({ refreshToken, subject, scopes })
      expect(renewed).toMatchObject({ ok: true, value: { scopes, expiresInSeconds: 300 } })
      const again = await upstream.refresh({ refreshToken, subject, scopes })
      expect(again.ok).toBe(!rotatesRefreshTokens)
    }
  })

  test('a user who cancels is a denial, not a failure', async () => {
    const upstream = oidc(await open(startKeycloak()))
    const started = await upstream.start({ redirectUri: REDIRECT_URI })
    if (!started.ok) throw new Error('start')
    const browser = createScriptedBrowser()
    const page = await browser.open(started.value.url)
    if (page.kind !== 'page') throw new Error('no page')
    const { url } = await browser.submit(page, { button: 'Cancel' })
    const finished = await upstream.finish({
      parameters: url.searchParams,
      attempt: started.value.attempt,
    })
    expect(finished).toEqual({ ok: false, failure: { kind: 'denied' } })
  })
})

describe('Entra ID', () => {
  test('signs in, though its metadata says nothing about PKCE and its response has no iss', async () => {
    const entra = await open(startEntra())
    const metadata = await metadataOf(entra)
    expect(metadata).not.toHaveProperty('code_challenge_methods_supported')
    expect(metadata).not.toHaveProperty('registration_endpoint')
    const upstream = oidc(entra, { scopes: ['profile', 'email', 'offline_access'] })
    const visit = await visitProvider(upstream)
    expect(visit.parameters.has('iss')).toBe(false)
    const identity = await upstream.finish(visit)
    if (!identity.ok) throw new Error(JSON.stringify(identity))
    const { claims, tokens } = identity.value
    expect(claims).toMatchObject({ roles: ['Tools.Admin'], email: 'alice@contoso.example' })
    expect(claims['tenant_id']).toMatch(/^9f2b3c4d-/)
    expect(decodeJwt(tokens.accessToken).aud).toBe(entra.clientId)
    expect(tokens.refreshToken).toBeDefined()
  })

  test('gives no refresh token without offline_access, and refuses a resource', async () => {
    const entra = await open(startEntra())
    expect((await signInAt(oidc(entra))).tokens.refreshToken).toBeUndefined()
    const started = await oidc(entra).start({ redirectUri: REDIRECT_URI })
    if (!started.ok) throw new Error('start')
    const response = await fetch(`${started.value.url}&resource=https%3A%2F%2Fmcp.example`)
    expect([response.status, await response.text()]).toEqual([
      400,
      "AADSTS901002: The 'resource' request parameter is not supported.",
    ])
  })
})

describe('Entra ID with an API of the same registration', () => {
  async function signInFor(more: Partial<OidcUpstreamOptions>) {
    const entra = await open(startEntra())
    const scope = `api://${entra.clientId}/Notes.Read`
    const upstream = oidc(entra, { scopes: ['profile', 'offline_access', scope], ...more })
    const { subject, tokens } = await signInAt(upstream)
    expect(decodeJwt(tokens.accessToken)['scp']).toBe('Notes.Read')
    const { refreshToken = '', scopes } = tokens
    return { upstream, credential: { refreshToken, subject, scopes } }
  }

  test('renews where the scopes are sent again, for the same API, again and again', async () => {
    const { upstream, credential } = await signInFor({ sendScopesOnRefresh: true })
    const renewed = await upstream.refresh(credential)
    if (!renewed.ok) throw new Error(JSON.stringify(renewed))
    const { accessToken, refreshToken = '' } = renewed.value
    expect(decodeJwt(accessToken)['scp']).toBe('Notes.Read')
    expect((await upstream.refresh({ ...credential, refreshToken })).ok).toBe(true)
  })

  test('refuses where they are left out, as by default: AADSTS90009', async () => {
    const { upstream, credential } = await signInFor({})
    expect(await upstream.refresh(credential)).toEqual({
      ok: false,
      failure: { kind: 'misconfigured', error: 'invalid_request' },
    })
  })
})

describe('Google', () => {
  test('gives a refresh token only with access_type=offline and prompt=consent', async () => {
    const google = await open(startGoogle())
    const plain = await signInAt(oidc(google))
    expect(plain.tokens).toMatchObject({ refreshToken: undefined, expiresInSeconds: 3_599 })
    expect(plain.claims).toMatchObject({ tenant_id: 'example.com' })
    const offline = oidc(google, {
      extraAuthorizeParams: { access_type: 'offline', prompt: 'consent' },
    })
    const { subject, tokens } = await signInAt(offline)
    const { refreshToken = '', scopes } = tokens
    expect(refreshToken).not.toBe('')
    expect(tokens.accessToken.split('.')).toHaveLength(1)
    const renewed = await offline.refresh({ refreshToken, subject, scopes })
    expect(renewed).toMatchObject({ ok: true, value: { refreshToken: undefined, scopes } })
  })
})

describe('GitHub', () => {
  test('signs in without an ID token: the number at /user is the subject', async () => {
    const provider = await open(startGithub())
    const upstream = github(provider, ['read:user', 'repo'])
    const identity = await signInAt(upstream)
    expect(identity).toMatchObject({
      issuer: provider.issuer,
      subject: '583231',
      claims: { name: 'Alice Liddell', email: 'alice@example.com' },
      tokens: { scopes: ['read:user', 'repo'], expiresInSeconds: undefined },
    })
    const bob = await signInAt(upstream, { username: 'bob', password: 'builder' })
    expect(bob.claims).toEqual({ name: 'bob' })
  })

  test('an error with status 200 is an error: a code that was used, a secret that is wrong', async () => {
    const provider = await open(startGithub())
    const visit = await visitProvider(github(provider))
    expect((await github(provider).finish(visit)).ok).toBe(true)
    expect(await github(provider).finish(visit)).toEqual({
      ok: false,
      failure: { kind: 'refused', reason: 'grant' },
    })
    const wrong = github(Object.assign(Object.create(provider), { clientSecret: 'wrong' }))
    expect(await wrong.finish(await visitProvider(wrong))).toEqual({
      ok: false,
      failure: { kind: 'misconfigured', error: 'incorrect_client_credentials' },
    })
  })

  test('with tokens that expire, a refresh token works once', async () => {
    const upstream = github(await open(startGithub({ expires: true })))
    const { subject, tokens } = await signInAt(upstream)
    const { refreshToken = '', scopes, expiresInSeconds } = tokens
    expect(expiresInSeconds).toBe(28_800)
    expect((await upstream.refresh({ refreshToken, subject, scopes })).ok).toBe(true)
    expect(await upstream.refresh({ refreshToken, subject, scopes })).toEqual({
      ok: false,
      failure: { kind: 'refused', reason: 'grant' },
    })
  })
})
