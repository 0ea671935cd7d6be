import type { JWTPayload } from 'jose'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { AuditEvent } from 'mcp-gatehouse'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { createPrincipal, createScriptedBrowser, type ScriptedBrowser } from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ALICE,
  BOB,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  register,
} from '../testing/flow.ts'
import { type LogoutProvider, startLogoutProvider } from './logout-provider.ts'
import { startAuthorizationServer } from './world.ts'

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

async function start({
  storage = memory(),
  ...options
}: Parameters<typeof startLogoutProvider>[1] & { readonly storage?: Storage } = {}) {
  let issuer = ''
  const provider = await startLogoutProvider(() => issuer, options)
  const world = await startAuthorizationServer({
    options: () => ({ users: undefined, upstream: provider.upstream, storage }),
  })
  onTestFinished(() => world.close())
  issuer = world.issuer
  const { client } = await register(issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  const signIn = async (browser: ScriptedBrowser, user = ALICE) => {
    const tokens = await obtainTokens(issuer, { browser, clientId, signIn: user })
    expect(tokens).toHaveProperty('access_token')
    return tokens
  }
  const refresh = (tokens: Readonly<Record<string, unknown>>) =>
    postToken(issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(tokens['refresh_token']),
    })
  const isGood = async (tokens: Readonly<Record<string, unknown>>) =>
    (await world.server.verifier.verify(String(tokens['access_token']))).ok
  const post = (body: URLSearchParams | string, name = 'upstream') =>
    fetch(`${issuer}/backchannel-logout/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    })
  const send = (token: string, name?: string) =>
    post(new URLSearchParams({ logout_token: token }), name)
  const reasons = () =>
    world.events.flatMap((event: AuditEvent) =>
      event.type === 'backchannel_logout.refused' ? [event.reason] : [],
    )
  return { ...world, provider, clientId, signIn, refresh, isGood, post, send, reasons }
}

function claimsOf({ issuer }: LogoutProvider, changes: object = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: issuer,
    aud: 'gatehouse',
    iat: now,
    exp: now + 120,
    jti: crypto.randomUUID(),
    sub: 'alice-there',
    events: { [EVENT]: {} },
    ...changes,
  }
}

test.each([
  ['with subject and session', {}],
  ['with the subject alone', { sessionRequired: false }],
  ['with the session alone', { subjects: false }],
])('a sign-out at oidc-provider, %s, ends all that the user has here', async (_title, options) => {
  const world = await start(options)
  const { provider, server, issuer } = world
  const browser = createScriptedBrowser()
  const [tokens, bobs] = [
    await world.signIn(browser),
    await world.signIn(createScriptedBrowser(), BOB),
  ]
  const verified = await server.verifier.verify(String(tokens['access_token']))
  const sub = verified.ok ? String(verified.value.claims['sub']) : ''
  const principal = createPrincipal({ sub }, issuer)
  expect(await server.upstreamToken(principal)).toHaveProperty('accessToken')

  await provider.signOut(browser)

  expect(provider.answers).toEqual(['ok'])
  expect(await world.isGood(tokens)).toBe(false)
  expect(await world.refresh(tokens)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  const code = 'ERR_UPSTREAM_SIGN_IN_NEEDED'
  await expect(server.upstreamToken(principal)).rejects.toMatchObject({ code })
  // Our own session has ended too: the provider is asked, which asks for the password.
  const { url } = createAuthorizationRequest(issuer, world.clientId)
  const consent = await browser.open(url)
  if (consent.kind !== 'page') throw new Error('no page')
  const next = await browser.submit(consent, { button: 'Allow' })
  expect(next.url.origin).toBe(provider.issuer)
  expect(world.events).toContainEqual(
    expect.objectContaining({
      type: 'backchannel_logout.done',
      upstream: 'upstream',
      subject: sub,
    }),
  )
  expect(await world.isGood(bobs)).toBe(true)
  expect(await world.refresh(bobs)).toMatchObject({ status: 200 })
})

test('the answer is 200 without content, is not stored, and the same for whom nobody knows', async () => {
  const { provider, send } = await start()
  for (const changes of [{}, { sub: 'nobody' }, { sub: undefined, sid: 'unknown' }]) {
    const answer = await send(await provider.sign(claimsOf(provider, changes)))
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  }
})

const OTHER_TYPES: readonly (string | undefined)[] = ['JWT', undefined, 'application/logout+jwt']

test.each(OTHER_TYPES)('a token of the type %s is one of an older provider', async (typ) => {
  const { provider, send } = await start()
  const header = typ === undefined ? {} : { typ }
  const answer = await send(await provider.sign(claimsOf(provider, { exp: undefined }), header))
  expect(answer.status).toBe(200)
})

const past = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds

describe('what is no logout token for this server is 400, and ends nothing', () => {
  const LOGOUT = { typ: 'logout+jwt' }
  const FORGED: readonly (readonly [string, object, string, object])[] = [
    ['of another issuer', { iss: 'https://evil.example' }, 'iss', LOGOUT],
    ['for another client', { aud: 'other' }, 'aud', LOGOUT],
    ['without an audience', { aud: undefined }, 'aud', LOGOUT],
    ['of an hour ago', { iat: past(3_600), exp: past(-60) }, 'iat', LOGOUT],
    ['of the future', { iat: past(-3_600), exp: past(-3_700) }, 'iat', LOGOUT],
    ['without iat', { iat: undefined }, 'iat', LOGOUT],
    ['that has expired', { iat: past(120), exp: past(60) }, 'exp', LOGOUT],
    ['without jti', { jti: undefined }, 'jti', LOGOUT],
    ['with a nonce, as ID tokens have', { nonce: 'n' }, 'nonce', LOGOUT],
    ['without the event', { events: undefined }, 'events', LOGOUT],
    ['with another event', { events: { 'urn:other': {} } }, 'events', LOGOUT],
    ['with an event that is no object', { events: { [EVENT]: true } }, 'events', LOGOUT],
    ['without subject and session', { sub: undefined }, 'sub', LOGOUT],
    ['with a subject that is a number', { sub: 7 }, 'sub', LOGOUT],
    ['of the type of access tokens', {}, 'typ', { typ: 'at+jwt' }],
    ['of another security event', {}, 'typ', { typ: 'secevent+jwt' }],
    ['with a key that is not published', {}, 'kid', { typ: 'logout+jwt', kid: 'other' }],
  ]

  test.each(FORGED)('%s', async (_title, changes, reason, header) => {
    const world = await start()
    const { provider } = world
    const tokens = await world.signIn(createScriptedBrowser())
    const answer = await world.send(await provider.sign(claimsOf(provider, changes), header))
    expect([answer.status, await answer.json()]).toEqual([400, { error: 'invalid_request' }])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await world.isGood(tokens)).toBe(true)
    expect(world.reasons()).toEqual([reason])
  })

  test('a signature of somebody else, of nobody, or with the secret of the client', async () => {
    const world = await start()
    const { provider } = world
    const tokens = await world.signIn(createScriptedBrowser())
    const claims = claimsOf(provider)
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const header = { alg: 'ES256', kid: 'k', typ: 'logout+jwt' }
    const secret = new TextEncoder().encode(provider.upstream.clientSecret)
    for (const token of [
      await new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
      await new SignJWT(claims)
        .setProtectedHeader({ ...header, jwk: await exportJWK(publicKey) })
        .sign(privateKey),
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(secret),
      'x.y.z',
      '',
    ]) {
      expect((await world.send(token)).status).toBe(400)
    }
    expect(world.reasons()).toEqual(['sig', 'sig', 'alg', 'alg', 'format', 'format'])
    expect(await world.isGood(tokens)).toBe(true)
  })

  test('no token, two of them, another content type, another method, another upstream', async () => {
    const { provider, post, send, issuer } = await start()
    const token = await provider.sign(claimsOf(provider))
    expect((await post('')).status).toBe(400)
    expect((await post(`logout_token=${token}&logout_token=${token}`)).status).toBe(400)
    expect((await send(token, 'other')).status).toBe(404)
    const path = `${issuer}/backchannel-logout/upstream`
    const json = { 'content-type': 'application/json' }
    const body = JSON.stringify({ logout_token: token })
    expect((await fetch(path, { method: 'POST', headers: json, body })).status).toBe(400)
    expect((await fetch(`${path}?logout_token=${token}`)).status).toBe(405)
    expect((await send(token)).status).toBe(200)
  })
})

test('a token is used once: sent again it does not end the next sign-in', async () => {
  const world = await start()
  const { provider } = world
  const token = await provider.sign(claimsOf(provider))
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.send(token)))
  expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
    200,
    ...Array(7).fill(400),
  ])
  expect(new Set(world.reasons())).toEqual(new Set(['replayed']))
  // What is revoked is what was issued before the next second.
  await vi.waitUntil(() => Date.now() % 1_000 > 900)
  await new Promise((resolve) => setTimeout(resolve, 200))
  const tokens = await world.signIn(createScriptedBrowser())
  expect((await world.send(token)).status).toBe(400)
  expect(await world.isGood(tokens)).toBe(true)
})

test('a logout in the middle of which the store goes away is not lost: sent again later, it is done', async () => {
  let passed = 0
  const clock = {
    now: () => Math.floor(Date.now() / 1_000),
    elapsed: () => performance.now() + passed,
  }
  const world = await start({ storage: memory({ clock }) })
  const { provider, options } = world
  const tokens = await world.signIn(createScriptedBrowser())
  const token = await provider.sign(claimsOf(provider))
  const broken = (['deleteByTag', 'take'] as const).map((method) =>
    vi.spyOn(options.storage, method).mockRejectedValue(new Error('away')),
  )
  expect((await world.send(token)).status).toBe(400)
  for (const method of broken) method.mockRestore()
  passed = 61_000
  expect((await world.send(token)).status).toBe(200)
  expect(await world.isGood(tokens)).toBe(false)
  passed = 300_000
  expect((await world.send(token)).status).toBe(400)
  expect(world.reasons()).toEqual(['replayed'])
})

test('a logout that fails is 400, and can be sent again', async () => {
  const world = await start()
  const { provider, options } = world
  const tokens = await world.signIn(createScriptedBrowser())
  const token = await provider.sign(claimsOf(provider))
  const broken = vi.spyOn(options.storage, 'deleteByTag').mockRejectedValueOnce(new Error('away'))
  const answer = await world.send(token)
  expect([answer.status, await answer.json()]).toEqual([400, { error: 'temporarily_unavailable' }])
  expect(world.events.map(({ type }) => type)).toContain('authorization_server.error')
  broken.mockRestore()
  expect((await world.send(token)).status).toBe(200)
  expect(await world.isGood(tokens)).toBe(false)
})
