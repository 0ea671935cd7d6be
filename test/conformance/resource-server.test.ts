import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  EXPIRED_TOKEN,
  INSUFFICIENT_SCOPE,
  INVALID_TOKEN,
  insufficientScopeFor,
  MALFORMED,
  NO_CREDENTIALS,
  WRONG_ORIGIN,
} from '../adapters/answers.ts'
import { nodePlatform } from '../adapters/platforms/node.ts'
import type { WireAnswer, WireRequest } from '../adapters/wire.ts'
import {
  bearer,
  call,
  METADATA_PATH,
  METADATA_URL,
  openWorld,
  post,
  RESOURCE,
  SCOPE,
} from '../adapters/world.ts'

const world = await openWorld({ platforms: [nodePlatform] })
const forger = await createTokenIssuer()
const { issuer, tokens } = world
afterAll(() => Promise.all([world.close(), forger.close()]))
beforeEach(() => void world.takeSeen())

async function send(request: WireRequest): Promise<WireAnswer> {
  const [[, app] = []] = world.apps
  if (app === undefined) throw new Error('no application')
  return app.send(request)
}

function create(options: Partial<ResourceServerOptions>): ReturnType<typeof createResourceServer> {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: ['https://as.example.com'],
    onEvent: () => undefined,
    ...options,
  })
}

const ask = async (claims: Readonly<Record<string, unknown>>): Promise<WireAnswer> =>
  send({ headers: [bearer(await issuer.mint({ aud: RESOURCE, scope: SCOPE, ...claims }))] })

describe('discovery', () => {
  test('RS-02 the metadata names the resource and its authorization servers', async () => {
    const { status, headers, body } = await send({ target: METADATA_PATH })
    expect([status, headers['content-type']]).toEqual([200, 'application/json'])
    expect(JSON.parse(body)).toEqual({
      resource: RESOURCE,
      authorization_servers: world.gatehouse.protectedResourceMetadata.authorization_servers,
      bearer_methods_supported: ['header'],
      scopes_supported: [SCOPE],
    })
    expect(JSON.parse(body).authorization_servers[0]).toBe(issuer.issuer)
  })

  test('RS-03 the metadata is found by the challenge and at the well-known location', async () => {
    const { headers } = await send({})
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(headers['www-authenticate'] ?? '') ?? []
    expect(url).toBe(METADATA_URL)
    expect((await send({ target: new URL(url).pathname })).status).toBe(200)
  })

  test('RS-04 the challenge of a 401 names the scopes, the same each time', async () => {
    const challenges = await Promise.all(
      [{}, post(call(1)), { headers: [bearer('invalid')] }, {}].map(async (request) => {
        const { headers } = await send(request)
        return /scope="([^"]*)"/.exec(headers['www-authenticate'] ?? '')?.[1]
      }),
    )
    expect(challenges).toEqual([SCOPE, SCOPE, SCOPE, SCOPE])
  })

  test('RS-05 scopes_supported is what was configured, whatever the challenge asks', async () => {
    const gatehouse = create({
      scopesSupported: ['notes:read'],
      challengeScopes: ['notes:read', 'notes:write'],
    })
    expect(gatehouse.protectedResourceMetadata.scopes_supported).toEqual(['notes:read'])
    const answer = await gatehouse.authenticate(new Request(RESOURCE))
    expect((answer as Response).headers.get('WWW-Authenticate')).toBe(
      `Bearer resource_metadata="${METADATA_URL}", scope="notes:read notes:write"`,
    )
  })

  test('RS-06 offline_access is in neither challenge nor metadata', async () => {
    const scopes = [SCOPE, 'offline_access']
    for (const options of [
      { requiredScopes: scopes },
      { scopesSupported: scopes, challengeScopes: scopes },
    ]) {
      const gatehouse = create(options)
      const answer = (await gatehouse.authenticate(new Request(RESOURCE))) as Response
      expect(answer.headers.get('WWW-Authenticate')).toContain(`scope="${SCOPE}"`)
      expect(gatehouse.protectedResourceMetadata.scopes_supported).toEqual([SCOPE])
    }
  })

  test('RS-06 offline_access is not in the challenge of a 403 either', async () => {
    const narrow = await openWorld({
      platforms: [],
      server: { requiredScopes: [SCOPE, 'offline_access'] },
    })
    const headers = { Authorization: `Bearer ${narrow.tokens.weak}` }
    const answer = await narrow.gatehouse.authenticate(new Request(RESOURCE, { headers }))
    await narrow.close()
    expect((answer as Response).headers.get('WWW-Authenticate')).not.toContain('offline_access')
  })
})

describe('token validation', () => {
  test('RS-07 a token is validated before the request is processed', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect(await ask({ exp: now - 60 })).toEqual(EXPIRED_TOKEN)
    expect(await ask({ nbf: now + 600 })).toEqual(INVALID_TOKEN)
    expect(await ask({ iss: 'https://other.example.com' })).toEqual(INVALID_TOKEN)
    const forged = await forger.mint({ iss: issuer.issuer, aud: RESOURCE, scope: SCOPE })
    expect(await send({ headers: [bearer(forged)] })).toEqual(INVALID_TOKEN)
    expect(world.takeSeen()).toEqual([])
    expect((await ask({})).status).toBe(200)
    expect(world.takeSeen()).toHaveLength(1)
  })

  test('RS-08 only a token issued for this server is accepted', async () => {
    for (const aud of [
      undefined,
      '',
      [],
      'https://other.example.com/mcp',
      `${RESOURCE}/`,
      'https://mcp.example.com',
      RESOURCE.toUpperCase(),
      ['https://other.example.com/mcp'],
    ]) {
      expect([aud, await ask({ aud })]).toEqual([aud, INVALID_TOKEN])
    }
    expect((await ask({ aud: ['https://other.example.com/mcp', RESOURCE] })).status).toBe(200)
  })

  test('RS-10 an invalid token is 401, a missing scope 403, a malformed request 400', async () => {
    expect(await send({})).toEqual(NO_CREDENTIALS)
    expect(await send({ headers: [bearer('invalid')] })).toEqual(INVALID_TOKEN)
    expect(await send({ headers: [bearer(tokens.expired)] })).toEqual(EXPIRED_TOKEN)
    expect(await send({ headers: [bearer(tokens.weak)] })).toEqual(INSUFFICIENT_SCOPE)
    expect(await send({ headers: [['Authorization', 'Bearer a b']] })).toEqual(MALFORMED)
  })

  test('RS-11 a token is read from the Authorization header only', async () => {
    const target = `/mcp?access_token=${tokens.good}`
    expect(await send({ target })).toEqual(NO_CREDENTIALS)
    expect(await send(post({ ...call(1), access_token: tokens.good }))).toEqual(NO_CREDENTIALS)
    expect(await send({ target, headers: [bearer(tokens.good)] })).toEqual(MALFORMED)
    expect(world.takeSeen()).toEqual([])
  })

  test('RS-12 every request needs a token, also inside a session', async () => {
    const session = ['Mcp-Session-Id', '1'] as const
    const opened = await send(post(call(1, 'initialize'), bearer(tokens.good)))
    expect(opened.status).toBe(200)
    for (const request of [
      post(call(2), session),
      { headers: [session] },
      { method: 'DELETE', headers: [session] },
    ] satisfies WireRequest[]) {
      expect(await send(request)).toEqual(NO_CREDENTIALS)
    }
  })

  test('RS-13 a missing scope is insufficient_scope with the scopes and the metadata', async () => {
    const answer = await send(post(call(5, 'tools/call'), bearer(tokens.weak)))
    expect(answer).toEqual(insufficientScopeFor('5'))
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([
      403,
      `Bearer error="insufficient_scope", error_description="The access token lacks a scope that this request needs.", resource_metadata="${METADATA_URL}", scope="${SCOPE}"`,
    ])
  })
})

test.each([
  ['HTTPS://MCP.Example.COM/mcp', 'https://mcp.example.com/mcp'],
  ['https://mcp.example.com:443/mcp', 'https://mcp.example.com/mcp'],
  ['https://mcp.example.com', 'https://mcp.example.com'],
  ['https://mcp.example.com/', 'https://mcp.example.com'],
  ['https://mcp.example.com:8443/Server/mcp', 'https://mcp.example.com:8443/Server/mcp'],
])('RS-17 the resource %s is %s', (resource, canonical) => {
  expect(create({ resource }).protectedResourceMetadata.resource).toBe(canonical)
})

test.each(['https://mcp.example.com#x', 'mcp.example.com', 'mcp.example.com/mcp', ''])(
  'RS-17 %s is no resource identifier',
  (resource) => {
    expect(() => create({ resource })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_RESOURCE_INVALID' }),
    )
  },
)

test('RS-19 a foreign Origin is answered 403, with a valid token too', async () => {
  const origin = ['Origin', 'https://evil.example'] as const
  expect(await send({ headers: [origin] })).toEqual(WRONG_ORIGIN)
  expect(await send(post(call(1), origin, bearer(tokens.good)))).toEqual(WRONG_ORIGIN)
  expect(world.takeSeen()).toEqual([])
})
