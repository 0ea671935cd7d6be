import { createResourceServer, fromEnvironment, type ResourceServerOptions } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import {
  METADATA_PATH,
  openWorld,
  type ParityWorld,
  pingWith,
  RESOURCE,
  startIssuer,
} from './world.ts'

// The Scalekit pattern: a server that is configured by the environment, and what it answers.

const METADATA = {
  resource: RESOURCE,
  bearer_methods_supported: ['header'],
  resource_documentation: `${RESOURCE}/docs`,
  scopes_supported: ['usr:read'],
}
const METADATA_URL = `https://mcp.example.com${METADATA_PATH}`

/** A server that is configured as the pattern's demo is, with `res_…` as audience. */
async function openScalekitWorld(
  options: Partial<ResourceServerOptions> = {},
): Promise<ParityWorld> {
  const environment = await startIssuer()
  const keys = await fetch(environment.jwksUri)
  environment.respond('/keys', { body: await keys.text() })
  return openWorld({
    issuer: environment,
    options: ({ issuer }) => ({
      ...fromEnvironment({
        allowInsecureLoopback: true,
        environment: {
          SK_ENV_URL: issuer,
          SK_CLIENT_ID: 'skc_1',
          SK_CLIENT_SECRET: 'not read',
          EXPECTED_AUDIENCE: 'res_1',
          PROTECTED_RESOURCE_METADATA: JSON.stringify({
            ...METADATA,
            authorization_servers: [`${issuer}/resources/res_1`],
          }),
        },
      }),
      ...options,
    }),
  })
}

test('system 3: configuration from SK_ENV_URL, EXPECTED_AUDIENCE and PROTECTED_RESOURCE_METADATA', async () => {
  const world = await openScalekitWorld()
  const token = await world.mint({ aud: 'res_1' })
  expect((await world.ping(token)).status).toBe(200)
  // An audience that is set to nothing is none, and never every one.
  const variables = { PROTECTED_RESOURCE_METADATA: JSON.stringify(METADATA), EXPECTED_AUDIENCE: '' }
  const start = (more: object) => () =>
    createResourceServer(fromEnvironment({ environment: { ...variables, ...more } }))
  expect(start({})).toThrow(/^SK_ENV_URL, /)
  expect(start({ SK_CLIENT_ID: 'skc_1' })).toThrow('SK_ENV_URL (not set')
  const started = start({ SK_ENV_URL: 'https://acme.scalekit.com' })()
  expect(started.protectedResourceMetadata.authorization_servers).toEqual([
    'https://acme.scalekit.com',
  ])
})

test('system 3: public endpoints are these, and nothing else', async () => {
  const { gatehouse } = await openScalekitWorld()
  const fetch = gatehouse.protectFetch(() => new Response('handled'), { publicPaths: ['/health'] })
  const status = async (path: string): Promise<number> =>
    (await fetch(new Request(new URL(path, RESOURCE)))).status
  const open = ['/health', METADATA_PATH]
  const closed = ['/healthz', '/health/x', '/mcp', '/x/.well-known/x', '/mcp?.well-known']
  expect(await Promise.all(open.map(status))).toEqual([200, 200])
  expect(await Promise.all(closed.map(status))).toEqual(closed.map(() => 401))
})

test('system 3: 401 without a bearer token', async () => {
  const world = await openScalekitWorld()
  const type = { 'content-type': 'application/json' }
  const basic = { ...pingWith(undefined), headers: { ...type, authorization: 'Basic YTpi' } }
  for (const init of [pingWith(undefined), basic]) {
    const answer = await world.send(RESOURCE, init)
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer resource_metadata="${METADATA_URL}"`,
    ])
    expect(await answer.json()).toMatchObject({ resource_metadata: METADATA_URL })
  }
})

test('system 3: 401 for an invalid token, and 503 where nobody can tell', async () => {
  const world = await openScalekitWorld()
  const answer = await world.ping('invalid')
  expect([answer.status, await answer.json()]).toEqual([
    401,
    { error: 'invalid_token', error_description: 'The access token is invalid.' },
  ])
  const unreachable = await openScalekitWorld()
  unreachable.issuer.respond('/keys', { status: 500 })
  const token = await unreachable.mint({ aud: 'res_1' })
  expect((await unreachable.ping(token)).status).toBe(503)
})

test('system 3: a challenge with realm and resource_metadata', async () => {
  const world = await openScalekitWorld({ realm: 'OAuth' })
  const answer = await world.send('http://localhost:3002/mcp')
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer realm="OAuth", resource_metadata="${METADATA_URL}"`,
  )
})

test('system 3: tokens of the issuer for the audience', async () => {
  const world = await openScalekitWorld()
  const other = await startIssuer()
  const { issuer } = world.issuer
  for (const [claims, status] of [
    [{ aud: 'res_1' }, 200],
    [{ aud: RESOURCE }, 200],
    [{ aud: 'res_2' }, 401],
    [{ aud: undefined }, 401],
    [{ aud: 'res_1', iss: `${issuer}/` }, 401],
    [{ aud: 'res_1', exp: 1 }, 401],
  ] as const) {
    expect((await world.ping(await world.issuer.mint(claims))).status).toBe(status)
  }
  const forged = await other.mint({ aud: 'res_1', iss: issuer })
  expect((await world.ping(forged)).status).toBe(401)
  expect(world.reasons()).toEqual(['aud', 'aud', 'iss', 'exp', 'kid'])
})

test('system 3: the metadata is the document of the environment', async () => {
  const world = await openScalekitWorld()
  const answer = await world.send(METADATA_PATH)
  const { issuer } = world.issuer
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { ...METADATA, authorization_servers: [`${issuer}/resources/res_1`] },
  ])
  // What is wrong about it stops the start; no request finds out.
  const start = (PROTECTED_RESOURCE_METADATA: string) => () =>
    fromEnvironment({
      environment: { SK_ENV_URL: 'https://acme.scalekit.com', PROTECTED_RESOURCE_METADATA },
    })
  expect(start('{"resource"')).toThrow('PROTECTED_RESOURCE_METADATA (not a JSON object)')
  expect(start('{}')).toThrow('PROTECTED_RESOURCE_METADATA.resource (neither is set)')
})

test('system 3: troubleshooting an audience mismatch, also by a slash, and an address of localhost', async () => {
  const world = await openScalekitWorld()
  const answer = await world.ping(await world.mint({ aud: `${RESOURCE}/` }))
  const { error_description } = (await answer.json()) as { error_description: string }
  // The client is not told which check it was; the operator is.
  expect([answer.status, error_description]).toEqual([401, 'The access token is invalid.'])
  expect(world.reasons()).toEqual(['aud'])
  const environment = { MCP_AUTH_ISSUER: 'https://id.example.com' }
  const local = { ...environment, EXPECTED_AUDIENCE: 'http://localhost:3002/' }
  expect(() => fromEnvironment({ environment: local })).toThrow(/^EXPECTED_AUDIENCE: .* https /)
})

test('system 3: several workers, without a secret, through a rotation of keys', async () => {
  const issuer = await startIssuer()
  const workers = await Promise.all(Array.from({ length: 4 }, () => openWorld({ issuer })))
  const answers = async (token: string): Promise<number[]> =>
    Promise.all(workers.map(async (worker) => (await worker.ping(token)).status))
  const before = await issuer.mint({ aud: RESOURCE })
  expect(await answers(before)).toEqual([200, 200, 200, 200])
  await issuer.rotate({ keepOld: true })
  const after = await issuer.mint({ aud: RESOURCE })
  for (const { gatehouse } of workers) gatehouse.purgeKeys()
  expect([await answers(after), await answers(before)].flat()).toEqual(Array(8).fill(200))
})

test('system 3: tests without, with an invalid and with a valid token', async () => {
  // The recipe of docs/protect.md: an issuer of `mcp-gatehouse/testing` and the gate, no network.
  const issuer = await startIssuer()
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
  const outcome = async (token?: string): Promise<unknown> => {
    const admission = await gatehouse.authenticate(new Request(RESOURCE, pingWith(token)))
    return admission instanceof Response ? admission.status : admission.principal.subject
  }
  const good = await issuer.mint({ aud: RESOURCE, sub: 'alice' })
  const expired = await issuer.mint({ aud: RESOURCE, exp: 1 })
  const outcomes = [undefined, 'invalid', expired, good].map(outcome)
  expect(await Promise.all(outcomes)).toEqual([401, 401, 401, 'alice'])
})
