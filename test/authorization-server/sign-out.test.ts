import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { sealed } from 'mcp-gatehouse/storage'
import {
  createPrincipal,
  createScriptedBrowser,
  type ScriptedBrowser,
  startKeycloak,
} from 'mcp-gatehouse/testing'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ALICE,
  BOB,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  REDIRECT_URI,
  register,
} from '../testing/flow.ts'
import { pass, stopTime } from '../unit/authorization-server/support/answers.ts'
import { STORES } from '../unit/authorization-server/support/stores.ts'
import { type AsWorld, type AsWorldOptions, startAuthorizationServer } from './world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

type Tokens = Readonly<Record<string, unknown>>

async function start(options: AsWorldOptions['options'] = () => ({})) {
  const world = await startAuthorizationServer({ options })
  onTestFinished(() => world.close())
  const { client } = await register(world.issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  const signIn = (browser: ScriptedBrowser, user = ALICE): Promise<Tokens> =>
    obtainTokens(world.issuer, { browser, clientId, signIn: user })
  const refresh = (tokens: Tokens) =>
    postToken(world.issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(tokens['refresh_token']),
    })
  return { ...world, clientId, signIn, refresh }
}

function isGood({ server }: AsWorld, tokens: Tokens): Promise<boolean> {
  return server.verifier.verify(String(tokens['access_token'])).then(({ ok }) => ok)
}

const UNASKED = { username: 'alice', password: 'is not asked for' }
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }

describe.each(STORES)('somebody who is signed out, on %s', (_title, { open, missing }) => {
  test.skipIf(missing !== '')('has nothing left, and signs in again', async () => {
    const [bare] = await open(1)
    if (bare === undefined) throw new Error('no store')
    const document = { keys: [await generateKey({ use: 'storage' })] }
    const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => document) })
    const storage = await sealed(bare, ring)
    const world = await start(() => ({ storage }))
    const { server, signIn, refresh } = world
    const [browser, other] = [createScriptedBrowser(), createScriptedBrowser()]
    const tokens = await signIn(browser)
    expect(await signIn(browser, UNASKED)).toHaveProperty('access_token')
    const bobs = await signIn(other, BOB)
    const request = createAuthorizationRequest(world.issuer, world.clientId)
    const callback = await browser.authorize(request.url, UNASKED)

    expect(await server.signOut({ subject: 'alice' })).toBe(true)
    pass(1)
    expect(await isGood(world, tokens)).toBe(false)
    expect(await refresh(tokens)).toMatchObject(INVALID_GRANT)
    const redeemed = await postToken(world.issuer, {
      grant_type: 'authorization_code',
      client_id: world.clientId,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: request.codeVerifier,
      redirect_uri: REDIRECT_URI,
    })
    expect(redeemed).toMatchObject(INVALID_GRANT)
    await expect(signIn(browser, UNASKED)).rejects.toThrow('password is wrong')

    const again = await signIn(browser)
    expect(await isGood(world, again)).toBe(true)
    expect((await refresh(again)).status).toBe(200)
    expect(await signIn(browser, UNASKED)).toHaveProperty('access_token')
    expect(await isGood(world, bobs)).toBe(true)
    expect((await refresh(bobs)).status).toBe(200)
    expect(await signIn(other, { ...UNASKED, username: 'bob' })).toHaveProperty('access_token')
  })
})

test('a sign-in that had come to its last step gives nothing', async () => {
  const { issuer, clientId, server, signIn } = await start()
  const { url } = createAuthorizationRequest(issuer, clientId)
  const cookies = new Map<string, string>()
  const visit = async (target: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(new URL(target, issuer), {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }
  const next = (response: Response): string => response.headers.get('location') ?? ''
  const tokenOf = async (response: Response): Promise<string> =>
    /name="csrf_token" value="([^"]+)"/.exec(await response.text())?.[1] ?? ''

  const interaction = next(await visit(url.href))
  const consent = { csrf_token: await tokenOf(await visit(interaction)), decision: 'allow' }
  const signInPage = next(await visit(`${interaction}/consent`, consent))
  const csrf_token = await tokenOf(await visit(signInPage))
  const lastStep = next(
    await visit(signInPage, { csrf_token, username: 'alice', password: 'wonderland' }),
  )
  expect(lastStep).toMatch(/\/signed-in$/)
  await server.signOut({ subject: 'alice' })
  pass(1)
  const page = await visit(lastStep)
  expect([page.status, next(page)]).toEqual([404, ''])
  expect(await page.text()).toContain('This sign-in has ended')
  expect(await signIn(createScriptedBrowser())).toHaveProperty('access_token')
})

test('a user of an upstream is named as there, by their principal, or by our sub', async () => {
  const keycloak = await startKeycloak()
  onTestFinished(() => keycloak.close())
  const { clientId, clientSecret } = keycloak
  const upstream = { issuer: keycloak.issuer, clientId, clientSecret, allowInsecureLoopback: true }
  const world = await start(() => ({ users: undefined, upstream }))
  const { issuer, server, signIn } = world
  const theirs = keycloak.users['alice']?.sub ?? ''
  for (const nameOf of [
    () => ({ subject: theirs }),
    () => ({ issuer: keycloak.issuer, subject: theirs }),
    (sub: string) => ({ issuer, subject: sub }),
    (sub: string) => createPrincipal({ sub }, issuer) as { readonly subject: string },
  ]) {
    const tokens = await signIn(createScriptedBrowser())
    const verified = await server.verifier.verify(String(tokens['access_token']))
    const sub = verified.ok ? String(verified.value.claims['sub']) : ''
    const principal = createPrincipal({ sub }, issuer)
    expect(await server.upstreamToken(principal)).toHaveProperty('accessToken')
    expect(await server.signOut(nameOf(sub))).toBe(true)
    pass(1)
    expect(await isGood(world, tokens)).toBe(false)
    const code = 'ERR_UPSTREAM_SIGN_IN_NEEDED'
    await expect(server.upstreamToken(principal)).rejects.toMatchObject({ code })
  }
})

test('a subject that nobody has is said to be unknown, and none at all is a mistake', async () => {
  const { server } = await start()
  expect(await server.signOut({ subject: 'mallory' })).toBe(false)
  expect(await server.signOut({ issuer: 'https://id.example.com', subject: 'alice' })).toBe(false)
  for (const subject of [undefined, '']) {
    const user = { subject } as { readonly subject: string }
    await expect(server.signOut(user)).rejects.toMatchObject({ code: 'ERR_CONFIG_NOT_A_STRING' })
  }
})
