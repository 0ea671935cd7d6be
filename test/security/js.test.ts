import { randomUUID } from 'node:crypto'
import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { EXPIRED_TOKEN, INSUFFICIENT_SCOPE, INVALID_TOKEN } from '../adapters/answers.ts'
import { bearer, call, openWorld, post, RESOURCE, SCOPE } from '../adapters/world.ts'
import { register } from '../testing/flow.ts'
import { everywhere, expectRefusal } from './cases.ts'

const world = await openWorld()
const { tokens } = world
const server = await createTestAuthorizationServer({
  resources: { [RESOURCE]: [SCOPE] },
  clientDocuments: {
    'https://app.example.com/client.json': JSON.parse(
      '{"client_name":"x","redirect_uris":["http://127.0.0.1/cb"],"__proto__":{"polluted":1}}',
    ),
  },
})
afterAll(() => Promise.all([world.close(), server.close()]))

const POISON = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
const INHERITED = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__']

function create(options: unknown): unknown {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: ['https://as.example.com'],
    ...(options as Partial<ResourceServerOptions>),
  })
}

describe('SEC-379 names that reach a prototype', () => {
  test.each(world.apps)(
    'SEC-379 in body, query, form and headers (%s)',
    everywhere(world, async (app) => {
      const query = 'a[__proto__][x]=1&__proto__[polluted]=1&constructor[prototype][polluted]=1'
      for (const authorization of [
        bearer(tokens.good),
        bearer(tokens.weak),
        ['X-None', ''] as const,
      ]) {
        await app.send(post(POISON, authorization))
        await app.send({ ...post(`[${POISON}]`, authorization), target: `/mcp?${query}` })
        await app.send({
          method: 'POST',
          headers: [authorization, ['Content-Type', 'application/x-www-form-urlencoded']],
          body: query,
        })
        const headers = [
          authorization,
          ['__proto__', '{"polluted":1}'],
          ['constructor', 'x'],
        ] as const
        expect((await app.send({ headers })).status).toBeLessThan(500)
      }
      expectUnpolluted()
    }),
  )

  test.each(world.apps)(
    'SEC-379 in the claims of a token (%s)',
    everywhere(world, async (app) => {
      const claims = { aud: RESOURCE, scope: SCOPE, ...JSON.parse(POISON) }
      const token = await world.issuer.mint(claims)
      expect((await app.send({ headers: [bearer(token)] })).status).toBe(200)
      const [seen] = world.takeSeen()
      const principal = seen?.current as { claims: object }
      expect(Object.getPrototypeOf(principal.claims)).toBeNull()
      expect('polluted' in principal.claims).toBe(false)
      expectUnpolluted()
    }),
  )

  test('SEC-379 in registration and client documents of the embedded server', async () => {
    await register(server.issuer, JSON.parse(POISON))
    const url = `${server.issuer}/authorize?client_id=https://app.example.com/client.json&a[__proto__][x]=1`
    expect((await fetch(url, { redirect: 'manual' })).status).toBeLessThan(500)
    const body = new URLSearchParams('__proto__[polluted]=1&constructor[prototype][polluted]=1')
    expect((await fetch(`${server.issuer}/token`, { method: 'POST', body })).status).toBe(400)
    expectUnpolluted()
  })

  test('SEC-379 in the configuration', () => {
    for (const name of ['__proto__', 'constructor']) {
      const options = { ...JSON.parse(POISON.replace('__proto__', name)) }
      expect(() => create(options)).toThrow(
        expect.objectContaining({ code: 'ERR_CONFIG_OPTION_UNKNOWN' }),
      )
    }
    create({ metadata: JSON.parse(POISON) })
    create({
      authorizationServers: [
        {
          issuer: 'https://as.example.com',
          metadata: { issuer: 'https://as.example.com', ...JSON.parse(POISON) },
        },
      ],
    })
    expectUnpolluted()
  })
})

describe('SEC-380 names that every object has', () => {
  test.each(INHERITED)('SEC-380 the scope %s is not inherited', async (name) => {
    const narrow = await openWorld({ platforms: [], server: { requiredScopes: [name] } })
    const handle = narrow.gatehouse.protect(() => new Response('handled'))
    const ask = async (scope: string): Promise<number> => {
      const Authorization = `Bearer ${await narrow.issuer.mint({ aud: RESOURCE, scope })}`
      return (await handle(new Request(RESOURCE, { headers: { Authorization } }))).status
    }
    expect([await ask(SCOPE), await ask(name)]).toEqual([403, 200])
    await narrow.close()
  })

  test('SEC-380 scopes, roles, permissions and claims are not inherited', async () => {
    const token = await world.issuer.mint({ aud: RESOURCE, scope: SCOPE })
    const headers = { Authorization: `Bearer ${token}` }
    const admission = await world.gatehouse.authenticate(new Request(RESOURCE, { headers }))
    if (admission instanceof Response) throw new Error(`answered ${admission.status}`)
    const { scopes, roles, permissions, claims } = admission.principal
    for (const name of INHERITED) {
      expect([scopes.has(name), roles.has(name), permissions.has(name)]).toEqual([
        false,
        false,
        false,
      ])
      expect([name, claims[name], name in claims]).toEqual([name, undefined, false])
    }
  })

  test.each(world.apps)(
    'SEC-380 issuer, key and algorithm are not inherited (%s)',
    everywhere(world, async (app) => {
      for (const name of INHERITED) {
        const iss = await world.issuer.mint({ aud: RESOURCE, scope: SCOPE, iss: name })
        const kid = await world.issuer.mint(
          { aud: RESOURCE, scope: SCOPE },
          { header: { kid: name } },
        )
        await expectRefusal(
          world,
          app,
          { headers: [bearer(iss)] },
          { answer: INVALID_TOKEN, reason: 'iss' },
        )
        await expectRefusal(
          world,
          app,
          { headers: [bearer(kid)] },
          { answer: INVALID_TOKEN, reason: 'kid' },
        )
      }
    }),
  )
})

describe('SEC-382 arrays and objects where strings are expected', () => {
  const tricky = { toString: 'x', valueOf: 'x', length: 1, 0: SCOPE }
  const [refused, denied] = [
    [
      ['iss', { iss: [world.issuer.issuer] }],
      ['sub', { sub: ['alice'] }],
      ['sub', { sub: tricky }],
      ['aud', { aud: [[RESOURCE]] }],
      ['aud', { aud: { 0: RESOURCE, length: 1 } }],
      ['nbf', { nbf: [1] }],
      ['iat', { iat: '1' }],
      ['exp', { exp: ['9999999999'] }],
      ['exp', { exp: '9999999999' }],
    ],
    [{ scope: [[SCOPE]] }, { scope: tricky }, { scope: { [SCOPE]: true } }, { scope: [tricky] }],
  ] as const

  test.each(world.apps)(
    'SEC-382 in claims: an invalid token, or no scope (%s)',
    everywhere(world, async (app) => {
      for (const [reason, claims] of refused) {
        const token = await world.issuer.mint({ aud: RESOURCE, scope: SCOPE, ...claims })
        const answer = reason === 'exp' ? EXPIRED_TOKEN : INVALID_TOKEN
        await expectRefusal(world, app, { headers: [bearer(token)] }, { answer, reason })
      }
      for (const claims of denied) {
        // Another user each time: a second token that lacks the scope is no longer challenged.
        const token = await world.issuer.mint({ aud: RESOURCE, sub: randomUUID(), ...claims })
        const answer = { answer: INSUFFICIENT_SCOPE, reason: 'scope' }
        await expectRefusal(world, app, { headers: [bearer(token)] }, answer)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-382 as id of a message: no JSON-RPC error (%s)',
    everywhere(world, async (app) => {
      for (const id of [[1], tricky, true]) {
        const request = post(call(id), bearer(tokens.weak))
        await expectRefusal(world, app, request, { answer: INSUFFICIENT_SCOPE, reason: 'scope' })
      }
    }),
  )

  test.each<[string, Record<string, unknown>]>([
    ['resource', { resource: [RESOURCE] }],
    ['authorizationServers', { authorizationServers: 'https://as.example.com' }],
    ['authorizationServers[0]', { authorizationServers: [['https://as.example.com']] }],
    ['issuer', { authorizationServers: [{ issuer: ['https://as.example.com'] }] }],
    [
      'jwksUri',
      {
        authorizationServers: [
          { issuer: 'https://as.example.com', jwksUri: ['https://as.example.com/jwks'] },
        ],
      },
    ],
    [
      'metadataUrl',
      {
        authorizationServers: [
          { issuer: 'https://as.example.com', metadataUrl: ['https://as.example.com/m'] },
        ],
      },
    ],
    ['audience', { audience: [[RESOURCE]] }],
    ['requiredScopes', { requiredScopes: [[SCOPE]] }],
    ['allowedOrigins', { allowedOrigins: [['https://app.example.com']] }],
    ['allowedHosts', { allowedHosts: [['localhost']] }],
    ['realm', { realm: ['x'] }],
  ])('SEC-382 in the option %s: refused at creation', (_name, options) => {
    expect(() => create(options)).toThrow(expect.objectContaining({ name: 'ConfigError' }))
  })

  test.each([
    ['redirect_uris', { 0: 'http://127.0.0.1/cb', length: 1 }],
    ['redirect_uris', [['http://127.0.0.1/cb']]],
    ['client_name', ['x']],
    ['token_endpoint_auth_method', ['none']],
    ['grant_types', 'authorization_code'],
    ['response_types', { 0: 'code' }],
    ['client_uri', ['https://app.example.com']],
  ])('SEC-382 in %s of a registration: refused', async (name, value) => {
    expect((await register(server.issuer, { [name]: value })).status).toBe(400)
  })

  test.each(['client_id', 'redirect_uri', 'code', 'grant_type'])(
    'SEC-382 %s twice at the token endpoint: refused',
    async (name) => {
      const body = new URLSearchParams([
        ['grant_type', 'authorization_code'],
        [name, 'a'],
        [name, 'b'],
      ])
      const answer = await fetch(`${server.issuer}/token`, { method: 'POST', body })
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: 'invalid_request' },
      ])
    },
  )
})

/** What `Object.prototype` has before any case has run. */
const OWN_KEYS: readonly PropertyKey[] = Reflect.ownKeys(Object.prototype)

function expectUnpolluted(): void {
  const fresh: Readonly<Record<string, unknown>> = {}
  expect([fresh['polluted'], Reflect.ownKeys(Object.prototype)]).toEqual([undefined, OWN_KEYS])
}
