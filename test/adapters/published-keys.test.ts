import { createKeyRing, generateKey, type KeyRing, rotateKeys } from 'mcp-gatehouse/keys'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createTestSource } from '../unit/keys/support.ts'
import { INVALID_TOKEN, NO_CREDENTIALS, withoutBody } from './answers.ts'
import { DENIED } from './matrix.ts'
import type { WireAnswer } from './wire.ts'
import { bearer, call, openWorld, post, SCOPE } from './world.ts'

const KEYS_PATH = '/.well-known/jwks.json'
const OPENID_PATH = '/.well-known/openid-configuration'
const PUBLIC_MEMBERS = new Set(['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg'])

async function openRing(alg: 'RSA-OAEP-256' | 'ECDH-ES+A256KW'): Promise<{
  readonly ring: KeyRing
  rotate(): Promise<void>
}> {
  const make = (status: 'current' | 'next') => generateKey({ use: 'encryption', alg, status })
  let keys = [await make('current'), await make('next')]
  const source = { ...createTestSource(...keys), checkSeconds: 0 }
  return {
    ring: await createKeyRing({ use: 'encryption', source }),
    async rotate() {
      const rotated = await rotateKeys({ keys }, { use: 'encryption', overlapSeconds: 60 })
      keys = [...rotated.keys.keys]
      source.keys = keys
    },
  }
}

const rsa = await openRing('RSA-OAEP-256')
const ec = await openRing('ECDH-ES+A256KW')
const requiredClaims = ['email', 'name']
const publishedKeys = [rsa.ring, ec.ring]
const world = await openWorld({ server: { publishedKeys, requiredClaims } })
const asScopes = await openWorld({
  server: { publishedKeys, requiredClaims, claimsAsScopes: true },
})
afterAll(() => Promise.all([world.close(), asScopes.close()]))
beforeEach(() => {
  world.takeEvents()
  world.takeSeen()
  asScopes.takeSeen()
})

const pairs = world.apps.map(
  ([name, app], index) => [name, app, asScopes.apps[index]?.[1] ?? app] as const,
)

describe.each(pairs)('%s', (_name, app, appAsScopes) => {
  test('publishes what is public of the keys, for everybody', async () => {
    const request = { target: KEYS_PATH, headers: [['Origin', 'https://evil.example']] } as const
    const answer = await app.send(request)
    expect(answer).toEqual({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=600',
        'content-type': 'application/jwk-set+json',
      },
      body: expect.any(String),
    })
    const { keys } = JSON.parse(answer.body) as { keys: Readonly<Record<string, unknown>>[] }
    // Each rotation below leaves one more key of the second ring.
    const [first, next, ...others] = keys.map(({ alg, use }) => [alg, use].join(' '))
    expect([first, next]).toEqual(['RSA-OAEP-256 enc', 'RSA-OAEP-256 enc'])
    expect(others.length).toBeGreaterThan(1)
    expect(new Set(others)).toEqual(new Set(['ECDH-ES+A256KW enc']))
    const members = new Set(keys.flatMap((key) => Object.keys(key)))
    expect([...members].filter((member) => !PUBLIC_MEMBERS.has(member))).toEqual([])
    expect(await app.send({ ...request, method: 'HEAD' })).toEqual(withoutBody(answer))
    expect(await app.send({ ...request, method: 'DELETE' })).toMatchObject({ status: 405 })
    const preflight = [...request.headers, ['Access-Control-Request-Method', 'GET']] as const
    expect(await app.send({ ...request, method: 'OPTIONS', headers: preflight })).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': '*' },
    })
    const events = world.takeEvents().map(({ type }) => type)
    expect(events).toEqual(['public', 'public', 'public', 'public'])
  })

  test('has no other well-known documents of keys', async () => {
    const answer = await app.send({ target: OPENID_PATH })
    expect(answer).toMatchObject({ status: 404 })
    expect(await app.send({ target: `${KEYS_PATH}/x` })).not.toMatchObject({ status: 200 })
  })

  test('a token needs the required claims, and they need a value', async () => {
    const token = await mint(world, { email: 'alice@example.com', name: 'Alice' })
    expect(await app.send(post(call(1), bearer(token)))).toMatchObject({ status: 200 })
    expect(world.takeSeen()).toHaveLength(1)
    world.takeEvents()
    for (const empty of [undefined, null, '', [], {}]) {
      const lacking = await mint(world, { email: empty, name: 'Alice' })
      // Twice, the second time from the cache.
      for (let time = 0; time < 2; time += 1) {
        expect(await app.send(post(call(1), bearer(lacking)))).toEqual(INVALID_TOKEN)
        expect(world.takeEvents()).toMatchObject([
          { type: DENIED, reason: 'claims', claims: ['email'], subject: 'alice', status: 401 },
        ])
      }
    }
    for (const value of [0, false, ' ', ['x'], { x: null }]) {
      const full = await mint(world, { email: value, name: 'Alice' })
      expect(await app.send(post(call(1), bearer(full)))).toMatchObject({ status: 200 })
    }
    expect(world.takeSeen()).toHaveLength(5)
  })

  test('says as scopes which claims are missing, where that is switched on', async () => {
    const missing = (...scopes: readonly string[]): WireAnswer => ({
      status: 403,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
      body: JSON.stringify({
        error: 'missing_scopes',
        missing: scopes.map((scope) => ({ scope })),
      }),
    })
    const both = await mint(asScopes, {})
    expect(await appAsScopes.send(post(call(1), bearer(both)))).toEqual(missing('email', 'name'))
    const one = await mint(asScopes, { email: 'alice@example.com', name: '' })
    expect(await appAsScopes.send({ headers: [bearer(one)] })).toEqual(missing('name'))
    expect(await appAsScopes.send(post(call(1)))).toEqual(NO_CREDENTIALS)
    const full = await mint(asScopes, { email: 'alice@example.com', name: 'Alice' })
    expect(await appAsScopes.send(post(call(1), bearer(full)))).toMatchObject({ status: 200 })
    expect(asScopes.takeSeen()).toHaveLength(1)

    const host = 'evil.example'
    expect(await appAsScopes.send({ target: OPENID_PATH, host })).toEqual({
      status: 200,
      headers: {
        'access-control-allow-origin': '*',
        'cache-control': 'public, max-age=3600',
        'content-type': 'application/json',
      },
      body: '{"issuer":"https://mcp.example.com","jwks_uri":"https://mcp.example.com/.well-known/jwks.json","scopes_supported":["email","name"]}',
    })
  })

  test('a rotation keeps the key from before beside the current and the next one', async () => {
    const before = await kidsOf(app)
    await ec.rotate()
    const after = await kidsOf(app)
    const [, , current, next, ...older] = before
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
    expect([after[2], after.slice(4)]).toEqual([next, [current, ...older]])
    expect(before).not.toContain(after[3])
  })
})

async function kidsOf(app: (typeof world.apps)[number][1]): Promise<readonly unknown[]> {
  const { body } = await app.send({ target: KEYS_PATH })
  return (JSON.parse(body) as { keys: { kid: unknown }[] }).keys.map(({ kid }) => kid)
}

function mint(
  { issuer, gatehouse }: typeof world,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  return issuer.mint({ aud: gatehouse.resource, scope: SCOPE, ...claims })
}
