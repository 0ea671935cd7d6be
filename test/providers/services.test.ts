import { type ServiceProfile, services } from 'mcp-gatehouse/providers'
import { type EmulatedProvider, startGithub, startGoogle } from 'mcp-gatehouse/testing'
import { calculatePKCECodeChallenge, randomPKCECodeVerifier } from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createScriptedBrowser } from '../../src/testing/index.ts'

/** Nothing listens there: the scripted browser stops before it. */
const REDIRECT_URI = 'http://127.0.0.1:1/callback/upstream'

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function open<Provider extends EmulatedProvider>(
  starting: Promise<Provider>,
): Promise<Provider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

/** Does what a profile says, at an emulator that has the service's paths on one origin. */
function connectorOf(profile: ServiceProfile, provider: EmulatedProvider) {
  const { origin } = new URL(provider.issuer)
  const { clientId, clientSecret } = provider
  const at = (address: string): string => origin + new URL(fillIn(address, profile)).pathname

  const askForTokens = async (parameters: Readonly<Record<string, string>>): Promise<Answer> => {
    const { authentication, body, headers } = profile.tokenRequest.value
    expect([authentication, body]).toEqual(['client_secret_post', 'form'])
    const response = await fetch(at(profile.tokenEndpoint.value), {
      method: 'POST',
      headers,
      body: new URLSearchParams({
        client_id: clientId,
        client_secret: clientSecret,
        ...parameters,
      }),
    })
    return answerOf(response)
  }

  return {
    async connect(scopes: readonly string[]): Promise<{ readonly code: string; tokens: Answer }> {
      const codeVerifier = randomPKCECodeVerifier()
      const url = new URL(at(profile.authorizationEndpoint.value))
      url.search = new URLSearchParams({
        client_id: clientId,
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: scopes.join(syntaxOf(profile).request),
        state: 'state-of-this-browser',
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: profile.pkce.value,
        ...profile.authorizationParameters.value,
      }).toString()
      const { searchParams } = await createScriptedBrowser().authorize(url, {
        username: 'alice',
        password: 'wonderland',
      })
      const code = searchParams.get('code') ?? ''
      const tokens = await this.redeem(code, codeVerifier)
      return { code, tokens }
    },
    redeem: (code: string, codeVerifier: string): Promise<Answer> =>
      askForTokens({
        grant_type: 'authorization_code',
        code,
        code_verifier: codeVerifier,
        redirect_uri: REDIRECT_URI,
      }),
    refresh: (refreshToken: unknown): Promise<Answer> =>
      askForTokens({ grant_type: 'refresh_token', refresh_token: String(refreshToken) }),
    async identify(accessToken: unknown): Promise<Answer> {
      const { method, url } = profile.identity.value
      const authorization = `Bearer ${String(accessToken)}`
      return answerOf(
        await fetch(at(url), {
          method,
          headers: { authorization, ...profile.apiHeaders.value },
        }),
      )
    },
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const body = (await response.json()) as Readonly<Record<string, unknown>>
  return { status: response.status, body }
}

function fillIn(address: string, { placeholders }: ServiceProfile): string {
  return address.replaceAll(/<(\w+)>/g, (_all, name: string) => placeholders[name]?.value ?? name)
}

function syntaxOf({ scopes }: ServiceProfile) {
  if (scopes.value === 'none') throw new Error('no scopes')
  return scopes.value
}

function grantedTo({ body }: Answer, profile: ServiceProfile): readonly string[] {
  return String(body['scope']).split(syntaxOf(profile).granted)
}

describe('GitHub is as its profile says', () => {
  const profile = services.github

  test('scopes are granted in its syntax, and the account is where it says', async () => {
    const connector = connectorOf(profile, await open(startGithub({ expires: true })))
    const { tokens } = await connector.connect(['read:user', 'repo'])
    expect(grantedTo(tokens, profile)).toEqual(['read:user', 'repo'])
    expect(tokens.body).toMatchObject({
      expires_in: profile.refresh.accessTokenSeconds.value,
      refresh_token: expect.any(String) as string,
    })
    const { subject, name } = profile.identity.value
    const { body } = await connector.identify(tokens.body['access_token'])
    expect([body[subject], body[name]]).toEqual([583_231, 'alice'])
  })

  test('refresh tokens rotate, and a used one needs the user, with the status 200', async () => {
    const connector = connectorOf(profile, await open(startGithub({ expires: true })))
    const first = (await connector.connect(['read:user'])).tokens.body['refresh_token']
    const renewed = await connector.refresh(first)
    expect(renewed.body['refresh_token'] !== first).toBe(profile.refresh.rotates.value)
    const reused = await connector.refresh(first)
    expect([profile.refresh.reuse.value, profile.tokenErrors.value]).toEqual(['refused', 'error'])
    expect(reused.status).toBe(200)
    expect(profile.reconnectErrors.value).toContain(reused.body['error'])
  })

  test('without the header fields of the token request, the answer is a form', async () => {
    const provider = await open(startGithub())
    const bare: ServiceProfile = {
      ...profile,
      tokenRequest: {
        ...profile.tokenRequest,
        value: { ...profile.tokenRequest.value, headers: {} },
      },
    }
    await expect(connectorOf(bare, provider).connect(['read:user'])).rejects.toThrow(SyntaxError)
  })

  test('without expiry there is no refresh token', async () => {
    const connector = connectorOf(profile, await open(startGithub()))
    const { tokens } = await connector.connect(['read:user'])
    expect(profile.refresh.issued.value).toBe('option')
    expect(tokens.body).not.toHaveProperty('refresh_token')
    expect(tokens.body).not.toHaveProperty('expires_in')
  })
})

describe('Google is as its profile says', () => {
  const profile = services.google

  test('its parameters bring a refresh token, its scopes the account', async () => {
    const connector = connectorOf(profile, await open(startGoogle()))
    const { scopes, subject, name } = profile.identity.value
    const { tokens } = await connector.connect(scopes)
    expect(grantedTo(tokens, profile)).toEqual(scopes)
    expect(tokens.body['refresh_token']).toEqual(expect.any(String))
    const { body } = await connector.identify(tokens.body['access_token'])
    expect([body[subject], body[name]]).toEqual(['110169484474386276334', 'alice@example.com'])
  })

  test('without its parameters there is none', async () => {
    const provider = await open(startGoogle())
    const { source } = profile.authorizationParameters as { readonly source: string }
    const bare = { ...profile, authorizationParameters: { value: {}, source } }
    const { tokens } = await connectorOf(bare, provider).connect(profile.identity.value.scopes)
    expect(tokens.body).not.toHaveProperty('refresh_token')
  })

  test('refresh tokens stay the same, again and again', async () => {
    const connector = connectorOf(profile, await open(startGoogle()))
    const { tokens } = await connector.connect(['openid'])
    const { rotates, reuse } = profile.refresh
    expect([rotates.value, reuse.value]).toEqual([false, 'accepted'])
    const first = await connector.refresh(tokens.body['refresh_token'])
    const second = await connector.refresh(tokens.body['refresh_token'])
    expect([first.status, second.status]).toEqual([200, 200])
    expect([first.body['refresh_token'], second.body['refresh_token']]).toEqual([
      undefined,
      undefined,
    ])
  })

  test('a refresh token that is none needs the user, with a status that says so', async () => {
    const connector = connectorOf(profile, await open(startGoogle()))
    const refused = await connector.refresh('1//no-such-token')
    expect(profile.tokenErrors.value).toBe('status')
    expect(refused.status).toBe(400)
    expect(profile.reconnectErrors.value).toContain(refused.body['error'])
  })
})
