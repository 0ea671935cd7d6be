import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { decodeJwt } from 'jose'
import { createResourceServer } from 'mcp-gatehouse'
import { type ExchangeServiceOptions, exchangeService } from 'mcp-gatehouse/connections'
import {
  createPrincipal,
  type EntraOptions,
  startEnterpriseProvider,
  startEntra,
} from 'mcp-gatehouse/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createRequire } from '../../src/connections/tools/index.ts'
import { startUpstream } from '../authorization-server/upstreams.ts'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { startOwnWorld } from '../e2e/own-world.ts'
import { ALICE as SIGN_IN } from '../e2e/world.ts'
import { signIn } from '../grants/sign-in.ts'
import { READ, SECRET, startGrants } from '../grants/world.ts'
import { sendJson, startCannedService } from './canned-service.ts'
import { shown, visit } from './page-stories.ts'
import { startPagesWorld } from './pages-world.ts'
import { connectV2 } from './tool-world.ts'
import { ALICE, BOB, collect, createWorld } from './world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const GRAPH = 'https://graph.microsoft.com/User.Read'

/** An API that remembers whom it was asked for, and refuses the first so many. */
async function startApi(refusals = 0) {
  let left = refusals
  const api = await startCannedService((_request, res) => {
    left -= 1
    sendJson(res, {}, left >= 0 ? 401 : 200)
  })
  const tokens = () => api.seen.map(({ headers }) => headers.authorization?.slice(7) ?? '')
  return { origin: api.origin, tokens }
}

describe('RFC 8693, for the caller of a tool', () => {
  async function start(more: Partial<ExchangeServiceOptions> = {}) {
    const grants = await startGrants(({ resource, otherResource }) => ({
      clients: [
        {
          clientId: 'gateway',
          clientSecret: SECRET,
          authMethod: 'client_secret_post',
          grantTypes: [EXCHANGE],
          subjectTokenAudiences: [resource],
          scopes: { [otherResource]: [READ] },
        },
      ],
    }))
    const { issuer, resource, otherResource } = grants
    const api = await startApi()
    const world = createWorld({
      notes: exchangeService({
        title: 'Notes',
        issuer,
        clientId: 'gateway',
        clientSecret: SECRET,
        clientSecretMethod: 'client_secret_post',
        resource: otherResource,
        scopes: [READ],
        apiOrigins: [api.origin],
        allowInsecureLoopback: true,
        ...more,
      }),
    })
    const connections = createRequire<'notes'>(world.core)
    const gate = createResourceServer({
      resource,
      authorizationServers: [issuer],
      ...(grants.servers[0] && { verifier: grants.servers[0].verifier }),
      allowInsecureLoopback: true,
    })
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: 'notes', version: '1.0.0' })
      server.registerTool(
        'list',
        {},
        connections.require('notes', async ({ notes }) => {
          const { status } = await notes.fetch(`${api.origin}/items`)
          return { content: [{ type: 'text', text: `${status} ${notes.permissions.join()}` }] }
        }),
      )
      return server
    })
    const serve = gate.protect(handler.fetch)
    const token = String((await signIn(grants))['access_token'])
    const client = await connectV2({
      token,
      // The client of the tests knows one address.
      fetch: async (_url, init) => serve(new Request(resource, init)),
      url: () => 'accept',
    })
    return { grants, world, api, client, token }
  }

  test('the token of the request is exchanged for one of the service, once', async () => {
    const { grants, world, api, client, token } = await start()
    for (let calls = 0; calls < 2; calls += 1) {
      expect(await client.call('list')).toMatchObject({ content: [{ text: `200 ${READ}` }] })
    }
    const [first = '', second] = api.tokens()
    expect(decodeJwt(first)).toMatchObject({ aud: grants.otherResource, act: { sub: 'gateway' } })
    expect([first === token, first === second]).toEqual([false, true])
    expect(world.types()).toEqual(['connection.exchanged'])
    expect(await collect(world.storage.list(''))).toEqual([])
    expect(JSON.stringify(world.events)).not.toContain(first)
  })

  test('what the provider refuses is a tool error, and nobody is sent anywhere', async () => {
    const { world, api, client } = await start({ subjectToken: async () => 'gone' })
    const answer = await client.call('list')
    expect(answer).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Access to Notes: Where you sign in, a token') }],
    })
    expect(JSON.stringify(answer)).not.toContain('http')
    expect([client.asked, api.tokens()]).toEqual([[], []])
    const connections = createRequire<'notes'>(world.core)
    const call = { method: 'tools/call', params: { name: 'list' } }
    const context = { authInfo: { extra: { principal: ALICE } } }
    // A low-level `Server` would make a JSON-RPC error of what is thrown.
    expect(await connections.require('notes', () => 'ran')(call, context)).toMatchObject({
      isError: true,
    })
    const failed = { type: 'connection.exchange_failed', reason: 'invalid_request' }
    expect(world.events).toMatchObject([failed, failed])
  })

  test('so is the refusal of a provider that exchanges for assertions alone', async () => {
    const provider = await startEnterpriseProvider({ audiences: {} })
    onTestFinished(() => provider.close())
    const { issuer, clientId, clientSecret } = provider
    const { client } = await start({
      issuer,
      clientId,
      clientSecret,
      subjectToken: async () => 'any',
      clientSecretMethod: 'client_secret_post',
    })
    expect(await client.call('list')).toMatchObject({ isError: true })
  })
})

describe('on behalf of users, at Entra ID', () => {
  async function start(options: EntraOptions = {}, refusals = 0) {
    const entra = await startEntra(options)
    onTestFinished(() => entra.close())
    const api = await startApi(refusals)
    const { issuer, clientId, clientSecret } = entra
    const tokenOf = async (username: string): Promise<string> => {
      const scopes = ['openid', `api://${clientId}/Notes.Read`]
      return (await entra.obtainTokens({ username, scopes })).access_token
    }
    const subjects = new Map<string | undefined, string>()
    for (const name of ['alice', 'bob']) subjects.set(name, await tokenOf(name))
    let elapsed = 0
    const world = createWorld(
      {
        graph: exchangeService({
          title: 'Microsoft Graph',
          issuer,
          clientId,
          clientSecret,
          clientSecretMethod: 'client_secret_post',
          style: 'on-behalf-of',
          scopes: [GRAPH],
          subjectToken: async ({ subject }) => subjects.get(subject) ?? '',
          apiOrigins: [api.origin],
          allowInsecureLoopback: true,
        }),
      },
      { clock: { now: () => Math.floor(Date.now() / 1_000), elapsed: () => elapsed } },
    )
    const ask = async (principal = ALICE) => {
      const graph = await world.api.get(principal, 'graph')
      return (await graph.fetch(`${api.origin}/me`)).status
    }
    const pass = (seconds: number): void => {
      elapsed += seconds * 1_000
    }
    return { entra, api, world, subjects, tokenOf, ask, pass }
  }

  test('each gets a token of their own, until 30 s before it ends', async () => {
    const { entra, api, world, ask, pass } = await start({ accessTokenTtlSeconds: 300 })
    await Promise.all(Array.from({ length: 5 }, async () => ask()))
    await ask(BOB)
    pass(269)
    await ask()
    const tokens = api.tokens()
    expect(new Set(tokens).size).toBe(2)
    const claims = tokens.map((token) => decodeJwt(token))
    expect(claims[0]).toMatchObject({ aud: 'https://graph.microsoft.com', scp: GRAPH })
    const oids = ['alice', 'bob', 'alice'].map((name) => entra.users[name]?.claims['oid'])
    expect([0, 5, 6].map((index) => claims[index]?.['oid'])).toEqual(oids)
    expect(world.types()).toHaveLength(2)
    pass(1)
    await ask()
    expect(world.types()).toHaveLength(3)
  })

  test('a token is for one token of the user: what came of another is not used', async () => {
    const { world, subjects, tokenOf, ask } = await start()
    await ask()
    subjects.set('alice', await tokenOf('alice'))
    await ask()
    expect(world.types()).toHaveLength(2)
    subjects.set('alice', 'of nobody')
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_DENIED_EXCHANGE' })
  })

  test('a 401 of the service has it exchanged anew, once', async () => {
    const { world, api, ask } = await start({}, 1)
    expect(await ask()).toBe(200)
    expect([world.types().length, api.tokens().length]).toEqual([2, 2])
    const other = await start({}, 9)
    expect(await other.ask()).toBe(401)
    expect(other.api.tokens()).toHaveLength(2)
  })

  test('what nobody has consented to, an outage and a wrong secret are told apart', async () => {
    const withheld = await start({ withheldScopes: [GRAPH] })
    await expect(withheld.ask()).rejects.toMatchObject({ code: 'ERR_DENIED_EXCHANGE' })
    const { entra, ask } = await start()
    entra.intercept = (req, res) => {
      if (req.method === 'POST') res.writeHead(503, { 'retry-after': '7' }).end()
      return req.method === 'POST'
    }
    const away = { code: 'ERR_UPSTREAM_UNREACHABLE', retryable: true, retryAfterSeconds: 7 }
    await expect(ask()).rejects.toMatchObject(away)
    entra.intercept = (req, res) => {
      if (req.method === 'POST') sendJson(res, { error: 'invalid_client' }, 401)
      return req.method === 'POST'
    }
    await expect(ask()).rejects.toMatchObject({ code: 'ERR_UPSTREAM_CLIENT_REFUSED' })
    entra.intercept = undefined
    expect(await ask()).toBe(200)
  })

  test('a client that acts for itself has nobody to act for', async () => {
    const { ask } = await start()
    const machine = createPrincipal({ client_id: 'machine' })
    await expect(ask(machine)).rejects.toMatchObject({ code: 'ERR_DENIED_NO_USER' })
  })

  test('an authorization server in this process knows the tokens of its own users alone', async () => {
    const { provider, upstream } = await startUpstream('Entra ID')
    const { serverUrl, authorizationServer: identity, ...own } = await startOwnWorld({ upstream })
    onTestFinished(() => own.close())
    const client = await connectSdkV1(serverUrl, SIGN_IN)
    const { subject: sub } = JSON.parse(await client.callTool('whoami')) as { subject: string }
    await client.close()
    const { issuer, clientId, clientSecret } = provider
    const graph = exchangeService({
      title: 'Microsoft Graph',
      issuer,
      clientId,
      clientSecret,
      clientSecretMethod: 'client_secret_post',
      style: 'on-behalf-of',
      scopes: [GRAPH],
      apiOrigins: ['https://graph.microsoft.com'],
      allowInsecureLoopback: true,
    })
    const { api } = createWorld({ graph }, { identity })
    const caller = createPrincipal({ sub }, identity.issuer)
    const token = await (await api.get(caller, 'graph')).accessToken()
    expect(decodeJwt(token)['oid']).toBe(provider.users['alice']?.claims['oid'])
    for (const of of [provider.issuer, 'https://other.example']) {
      const stranger = createPrincipal({ sub }, of)
      const code = 'ERR_UPSTREAM_SIGN_IN_NEEDED'
      await expect(api.get(stranger, 'graph')).rejects.toMatchObject({ code })
    }
    await identity.signOut({ issuer: caller.issuer, subject: sub })
    await expect(api.get(caller, 'graph')).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_SIGN_IN_NEEDED',
    })
  })
})

test('the pages offer nothing to connect or to disconnect', async () => {
  const orders = exchangeService({
    title: 'Orders',
    issuer: 'https://id.example.com',
    clientId: 'a',
    clientSecret: 'b',
    audience: 'orders',
    apiOrigins: ['https://orders.example.com'],
  })
  const world = await startPagesWorld({ connections: { services: { orders } } })
  onTestFinished(() => world.close())
  const alice = await visit(world, 'alice')
  expect((await alice.get(`${world.baseUrl}/account`)).text).not.toContain('Orders')
  for (const path of ['connect/orders', 'connect/orders/callback', 'account/disconnect/orders']) {
    expect(shown(await alice.get(`${world.baseUrl}/${path}`))[0]).toBe(404)
  }
})
