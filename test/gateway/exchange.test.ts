import { decodeJwt } from 'jose'
import {
  createGateway,
  type ExchangeIdentityOptions,
  type UpstreamCredentials,
} from 'mcp-gatehouse/gateway'
import { expect, onTestFinished, test } from 'vitest'
import { exchange } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { signIn } from '../grants/sign-in.ts'
import { READ, SECRET, startGrants } from '../grants/world.ts'
import { ECHO, startRawUpstream } from './raw-upstream.ts'

const CLIENT = { clientId: 'gateway', clientSecret: SECRET }

/** A gateway whose upstream has a resource identifier of its own at the authorization server. */
async function start(
  more: Partial<ExchangeIdentityOptions['exchange']> = {},
  credentials?: UpstreamCredentials,
) {
  const grants = await startGrants(({ resource, otherResource }) => ({
    clients: [
      {
        ...CLIENT,
        authMethod: 'client_secret_post',
        grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange'],
        subjectTokenAudiences: [resource],
        scopes: { [otherResource]: [READ] },
      },
    ],
  }))
  const upstream = await startRawUpstream()
  const events: unknown[] = []
  const gateway = await createGateway({
    publicUrl: grants.issuer,
    authorizationServers: [grants.issuer],
    ...(grants.servers[0] && { verifier: grants.servers[0].verifier }),
    allowInsecureLoopback: true,
    listen: { port: 0 },
    onEvent: (event) => void events.push(event),
    routes: [
      {
        path: '/mcp',
        upstream: upstream.url,
        ...(credentials && { credentials }),
        identity: {
          exchange: {
            issuer: grants.issuer,
            ...CLIENT,
            clientSecretMethod: 'client_secret_post',
            resource: grants.otherResource,
            scopes: [READ],
            allowInsecureLoopback: true,
            ...more,
          },
        },
      },
    ],
  })
  const { url } = await gateway.listen()
  onTestFinished(async () => {
    await gateway.close()
    await upstream.close()
  })
  const token = String((await signIn(grants))['access_token'])
  const call = () =>
    exchange(Number(new URL(url).port), ask('2025-11-25', token, 'tools/call', { name: 'list' }))
  return { grants, upstream, events, token, call }
}

test('the upstream gets a token of its own audience, one for all calls, and never ours', async () => {
  const { grants, upstream, events, token, call } = await start()
  expect([(await call()).status, (await call()).status]).toEqual([200, 200])
  const [first = '', second] = upstream.seen.map(({ headers }) => headers.authorization ?? '')
  expect(decodeJwt(first.replace('Bearer ', ''))).toMatchObject({
    aud: grants.otherResource,
    act: { sub: 'gateway' },
  })
  expect(second).toBe(first)
  expect(first).not.toContain(token)
  expect(JSON.stringify(events)).not.toContain(first.slice(7))
})

test('a 401 of the upstream has the token exchanged once more', async () => {
  const { upstream, call } = await start()
  upstream.respond = (seen, response) =>
    upstream.seen.length === 1 ? response.writeHead(401).end() : ECHO(seen, response)
  expect((await call()).status).toBe(200)
  const [first, second] = upstream.seen.map(({ headers }) => headers.authorization)
  expect(first).not.toBe(second)
})

test('what the authorization server refuses is 403, and nothing is sent', async () => {
  const { upstream, events, call } = await start({ resource: 'https://elsewhere.example.com/mcp' })
  const { status, body } = await call()
  expect([status, body]).toEqual([403, expect.stringContaining('access_denied')])
  expect(upstream.seen).toEqual([])
  expect(events).toContainEqual(expect.objectContaining({ type: 'connection.exchange_failed' }))
})

test('credentials add fields to the exchanged token, and never take its place', async () => {
  const beside = await start({}, () => ({ 'X-Api-Key': 'k' }))
  expect((await beside.call()).status).toBe(200)
  expect(beside.upstream.seen[0]?.headers).toMatchObject({
    authorization: expect.stringMatching(/^Bearer ey/),
    'x-api-key': 'k',
  })

  const { upstream, events, call } = await start({}, () => ({ Authorization: 'Bearer k' }))
  expect((await call()).status).toBe(503)
  expect(upstream.seen).toEqual([])
  const error = expect.objectContaining({ message: expect.stringContaining('field authorization') })
  expect(events).toContainEqual(expect.objectContaining({ type: 'upstream.failed', error }))
})

test('whoever exchanges has to be trusted by the route', async () => {
  const identity = { exchange: { issuer: 'https://other.example.com', ...CLIENT, audience: 'x' } }
  const route = { path: '/mcp', upstream: 'http://127.0.0.1:9/mcp', identity }
  const options = { publicUrl: 'https://mcp.example.com', routes: [route] }
  await expect(
    createGateway({ ...options, authorizationServers: ['https://id.example.com'] }),
  ).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' })
})
