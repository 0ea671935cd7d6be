import { oauthService } from 'mcp-gatehouse/connections'
import { type ServiceProfile, services } from 'mcp-gatehouse/providers'
import { type EmulatedProvider, startGithub, startGoogle } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createScriptedBrowser } from '../../src/testing/index.ts'
import { type CannedService, sendJson, startCannedService } from './canned-service.ts'
import { createWorld, oauthOf } from './world.ts'

const REDIRECT_URI = 'http://127.0.0.1:1/callback/upstream'

/** A profile whose addresses are on another origin. */
function moved(profile: ServiceProfile, origin: string): ServiceProfile {
  const text = JSON.stringify(profile, (_name, value: unknown) =>
    value === undefined ? null : value,
  )
  const at = (address: string): string =>
    /^https:\/\/[\w.]+/.test(address) ? origin + new URL(address).pathname : address
  const parsed = JSON.parse(text, (name, value: unknown) => {
    const isAddress = typeof value === 'string' && name !== 'source' && name !== 'text'
    return isAddress ? at(value) : value === null ? undefined : value
  }) as ServiceProfile
  return { ...parsed, apiOrigins: [{ value: origin, unconfirmed: 'a test' }] }
}

async function emulated<Provider extends EmulatedProvider>(
  starting: Promise<Provider>,
): Promise<Provider> {
  const provider = await starting
  onTestFinished(() => provider.close())
  return provider
}

function serviceOf(
  profile: ServiceProfile,
  client: { clientId: string; clientSecret: string },
  more: object = {},
) {
  const { clientId, clientSecret } = client
  const options = { profile, clientId, clientSecret, allowInsecureLoopback: true, ...more }
  return oauthOf(createWorld({ it: oauthService(options) }), 'it')
}

/** What a canned service is sent to, and comes back from, without a browser. */
async function connectAt(service: ReturnType<typeof serviceOf>, more: Record<string, string> = {}) {
  const started = await service.start({ redirectUri: REDIRECT_URI })
  if (!started.ok) throw new Error(JSON.stringify(started.failure))
  const { attempt, url } = started.value
  const parameters = new URLSearchParams({ code: 'the-code', state: attempt.state, ...more })
  return { url: new URL(url), attempt, finished: await service.finish({ parameters, attempt }) }
}

describe('emulated services, connected with a browser', () => {
  async function connect(service: ReturnType<typeof serviceOf>) {
    const started = await service.start({ redirectUri: REDIRECT_URI })
    if (!started.ok) throw new Error(JSON.stringify(started.failure))
    const { attempt, url } = started.value
    const user = { username: 'alice', password: 'wonderland' }
    const { searchParams } = await createScriptedBrowser().authorize(url, user)
    const finished = await service.finish({ parameters: searchParams, attempt })
    if (!finished.ok) throw new Error(JSON.stringify(finished.failure))
    return finished.value
  }

  test('GitHub: scopes with commas, the account, rotation, an error of its own, the grant ended', async () => {
    const provider = await emulated(startGithub({ expires: true }))
    const origin = new URL(provider.issuer).origin
    const placeholders = { base: origin, api: origin }
    const service = serviceOf(services.github, provider, { placeholders, scopes: ['repo', 'gist'] })
    const { tokens, account } = await connect(service)
    expect(account).toEqual({ id: '583231', name: 'alice' })
    expect(tokens).toMatchObject({ scopes: ['repo', 'gist'], expiresInSeconds: 28_800 })
    const [refreshToken = '', scopes] = [tokens.refreshToken, tokens.scopes]
    const renewed = await service.refresh({ refreshToken, scopes })
    expect(renewed).toMatchObject({ ok: true, value: { scopes: ['repo', 'gist'] } })
    expect(await service.refresh({ refreshToken, scopes })).toEqual({
      ok: false,
      failure: { kind: 'refused', reason: 'grant' },
    })
    const again = await connect(service)
    expect(await service.isAccepted(again.tokens.accessToken)).toBe(true)
    expect(await service.revoke(again.tokens)).toBe('revoked')
    expect(await service.isAccepted(again.tokens.accessToken)).toBe(false)
  })

  test('Google: a refresh token because it is asked for, which stays; the grant ended', async () => {
    const provider = await emulated(startGoogle())
    const { origin } = new URL(provider.issuer)
    const service = serviceOf(moved(services.google, origin), provider)
    const { tokens, account } = await connect(service)
    expect(account).toEqual({ id: '110169484474386276334', name: 'alice@example.com' })
    const { refreshToken = '', scopes } = tokens
    const renewed = await service.refresh({ refreshToken, scopes })
    expect(renewed).toMatchObject({ ok: true, value: { refreshToken: undefined } })
    expect(await service.revoke(tokens)).toBe('revoked')
    expect(await service.refresh({ refreshToken, scopes })).toMatchObject({
      failure: { reason: 'grant' },
    })
  })
})

describe('services that differ from RFC 6749 are spoken to as they want', () => {
  const client = { clientId: 'the-client', clientSecret: 'the-secret' }
  const BASIC = `Basic ${btoa('the-client:the-secret')}`

  async function open(profile: ServiceProfile, answer: CannedService['answer'], more: object = {}) {
    const canned = await startCannedService(answer)
    return { canned, service: serviceOf(moved(profile, canned.origin), client, more) }
  }

  test('Notion: JSON at the token endpoint with a version, no scopes, no PKCE, JSON revocation', async () => {
    const { canned, service } = await open(services.notion, ({ line }, res) => {
      const owner = { user: { id: 'u1', name: 'Alice' } }
      if (line === 'GET /v1/users/me') sendJson(res, { bot: { owner } })
      else
        sendJson(res, {
          access_token: 'at',
          token_type: 'bearer',
          refresh_token: 'rt',
          expires_in: null,
        })
    })
    const { url, finished } = await connectAt(service)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'the-client',
      owner: 'user',
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
    })
    expect(finished).toMatchObject({ ok: true, value: { account: { id: 'u1', name: 'Alice' } } })
    const [exchange] = canned.requestsTo('POST /v1/oauth/token')
    expect(exchange?.headers).toMatchObject({
      authorization: BASIC,
      'content-type': 'application/json',
      'notion-version': '2026-03-11',
    })
    expect(JSON.parse(exchange?.body ?? '')).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: REDIRECT_URI,
    })
    expect(await service.revoke({ accessToken: 'at', refreshToken: 'rt' })).toBe('revoked')
    const [revocation] = canned.requestsTo('POST /v1/oauth/revoke')
    expect(JSON.parse(revocation?.body ?? '')).toEqual({ token: 'at' })
    expect(revocation?.headers.authorization).toBe(BASIC)
  })

  test('Slack: commas, ok: false with a status of 200, the user beside the bot, a bearer revocation', async () => {
    let error: string | undefined
    const { canned, service } = await open(
      services.slack,
      ({ line }, res) => {
        if (error !== undefined) sendJson(res, { ok: false, error })
        else if (line === 'POST /api/auth.test')
          sendJson(res, { ok: true, user_id: 'U1', user: 'alice' })
        else
          sendJson(res, {
            ok: true,
            authed_user: {
              access_token: 'xoxp',
              token_type: 'user',
              scope: 'chat:write,users:read',
            },
          })
      },
      { scopes: ['chat:write', 'users:read'] },
    )
    const { url, finished } = await connectAt(service)
    expect(url.searchParams.get('scope')).toBe('chat:write,users:read')
    expect(finished).toMatchObject({
      ok: true,
      value: {
        tokens: { accessToken: 'xoxp', scopes: ['chat:write', 'users:read'] },
        account: { id: 'U1', name: 'alice' },
      },
    })
    expect(await service.revoke({ accessToken: 'xoxp', refreshToken: 'xoxe' })).toBe('revoked')
    expect(
      canned.requestsTo('POST /api/auth.revoke').map(({ headers }) => headers.authorization),
    ).toEqual(['Bearer xoxe', 'Bearer xoxp'])
    for (const [said, reason] of [
      ['token_revoked', 'grant'],
      ['ratelimited_by_mood', 'error'],
    ] as const) {
      error = said
      expect(await service.refresh({ refreshToken: 'xoxe', scopes: [] })).toEqual({
        ok: false,
        failure: { kind: 'refused', reason },
      })
    }
  })

  test('Atlassian: JSON with the secret in it, 403 where the user has to connect again', async () => {
    const { canned, service } = await open(services.atlassian, ({ line, body }, res) => {
      if (line === 'GET /me') sendJson(res, { account_id: 'a1', name: 'Alice' })
      else if (body.includes('refresh_token')) sendJson(res, { error: 'invalid_grant' }, 403)
      else
        sendJson(res, {
          access_token: 'at',
          token_type: 'Bearer',
          expires_in: '3600',
          scope: 'read:me',
        })
    })
    const { url, finished } = await connectAt(service)
    expect(url.searchParams.get('scope')).toBe('offline_access read:me')
    expect(url.searchParams.get('audience')).toBe('api.atlassian.com')
    expect(finished).toMatchObject({ ok: true, value: { tokens: { expiresInSeconds: 3_600 } } })
    const [exchange] = canned.requestsTo('POST /oauth/token')
    expect(JSON.parse(exchange?.body ?? '')).toMatchObject({
      client_id: 'the-client',
      client_secret: 'the-secret',
    })
    expect(await service.refresh({ refreshToken: 'rt', scopes: [] })).toMatchObject({
      failure: { kind: 'refused', reason: 'grant' },
    })
    expect(await service.revoke({ accessToken: 'at', refreshToken: 'rt' })).toBe('unsupported')
  })

  test('Linear: commas when asking, spaces or a list when granting, GraphQL for the account', async () => {
    const { canned, service } = await open(
      services.linear,
      ({ line }, res) => {
        if (line === 'POST /graphql')
          sendJson(res, { data: { viewer: { id: 'v1', name: 'Alice' } } })
        else
          sendJson(res, {
            access_token: 'at',
            token_type: 'Bearer',
            scope: ['read', 'issues:create'],
          })
      },
      { scopes: ['issues:create'] },
    )
    const { url, finished } = await connectAt(service)
    expect(url.searchParams.get('scope')).toBe('issues:create,read')
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(finished).toMatchObject({
      ok: true,
      value: { tokens: { scopes: ['read', 'issues:create'] }, account: { id: 'v1' } },
    })
    expect(await service.revoke({ accessToken: 'at', refreshToken: 'rt' })).toBe('revoked')
    expect(canned.requestsTo('POST /oauth/revoke')[0]?.body).toBe('refresh_token=rt')
  })

  test('an account that the service does not tell is no connection, and its tokens are ended', async () => {
    const { canned, service } = await open(services.linear, ({ line }, res) => {
      sendJson(
        res,
        line === 'POST /graphql' ? { errors: [] } : { access_token: 'at', token_type: 'Bearer' },
      )
    })
    const { finished } = await connectAt(service)
    expect(finished).toEqual({ ok: false, failure: { kind: 'refused', reason: 'subject' } })
    expect(canned.requestsTo('POST /oauth/revoke')).toHaveLength(1)
  })

  test.each([
    ['iss', { iss: 'https://evil.example' }],
    ['state', { state: 'a'.repeat(43) }],
    ['parameters', { error: 'access_denied' }],
  ])('a callback with a wrong %s is refused before anything is sent', async (reason, more) => {
    const { canned, service } = await open(services.linear, (_request, res) => sendJson(res, {}))
    const { finished } = await connectAt(service, more)
    expect(finished).toEqual({ ok: false, failure: { kind: 'refused', reason } })
    expect(canned.seen).toEqual([])
  })
})
