import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createResourceServer } from 'mcp-gatehouse'
import { requireBearer } from 'mcp-gatehouse/fastmcp'
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { INSUFFICIENT_SCOPE, WRONG_ORIGIN } from './answers.ts'
import { ALLOWED_ORIGIN, REFUSALS } from './matrix.ts'
import { metadataBehaviours } from './matrix-metadata.ts'
import { createFastmcpPlatform } from './platforms/fastmcp.ts'
import type { WireAnswer } from './wire.ts'
import { bearer, openWorld, post, RESOURCE, SCOPE } from './world.ts'

// What FastMCP stands on logs by itself.
vi.spyOn(console, 'log').mockReturnValue()
const ACCEPT = ['Accept', 'application/json, text/event-stream'] as const
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  },
}

const server = { allowedOrigins: [ALLOWED_ORIGIN] }
const world = await openWorld({ server, platforms: [createFastmcpPlatform(true)] })
const app = onlyApp(world.apps)
afterAll(() => world.close())
beforeEach(() => void world.takeEvents())

const { authorization_servers } = world.gatehouse.protectedResourceMetadata
const ofPost = REFUSALS.filter(({ request }) => request(world.tokens).method === 'POST')
const ofMetadata = metadataBehaviours(authorization_servers).filter(({ request }) => {
  const { method = 'GET', headers = [] } = request(world.tokens)
  return method !== 'OPTIONS' && headers.every(([name]) => name !== 'Origin')
})

test.each([...ofPost, ...ofMetadata].map((behaviour) => [behaviour.title, behaviour] as const))(
  '%s',
  async (_title, { request, answer }) => {
    const given = withoutDefaults(await app.send(request(world.tokens)))
    expect(given).toEqual(asHookCan(answer))
    expect(world.takeEvents()).toHaveLength(1)
  },
)

test('a caller gets the tools that canAccess says, and is the session of their calls', async () => {
  const asked = { aud: RESOURCE, scope: SCOPE }
  const alice = await connect(await world.issuer.mint(asked))
  const bob = await connect(
    await world.issuer.mint({ ...asked, sub: 'bob', scope: `${SCOPE} secret:read` }),
  )
  expect([await namesOf(alice), await namesOf(bob)]).toEqual([['whoami'], ['whoami', 'secret']])
  expect([await callTool(alice, 'whoami'), await callTool(bob, 'whoami')]).toEqual(['alice', 'bob'])
  expect(await callTool(bob, 'secret')).toBe('kept well')
  await expect(callTool(alice, 'secret')).rejects.toThrow(/Unknown tool/)
})

test.each([
  ['GET of the stream that older clients open', { target: '/sse' }],
  ['GET of it by another spelling', { target: '/./sse' }],
  ['GET of the endpoint', { target: '/mcp' }],
  ['DELETE of the endpoint', { method: 'DELETE', target: '/mcp' }],
])('%s is not allowed, whatever its token', async (_title, request) => {
  const answer = await app.send({ ...request, headers: [bearer(world.tokens.good)] })
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST'])
})

test('where FastMCP keeps sessions, nobody can use one', async () => {
  const stateful = await openWorld({ platforms: [createFastmcpPlatform(false)] })
  try {
    const { good } = stateful.tokens
    const opened = await onlyApp(stateful.apps).send(post(INITIALIZE, bearer(good), ACCEPT))
    const session = ['Mcp-Session-Id', opened.headers['mcp-session-id'] ?? ''] as const
    expect([opened.status, session[1].length]).toEqual([200, 36])
    const ping = post({ jsonrpc: '2.0', id: 2, method: 'ping' }, bearer(good), ACCEPT, session)
    expect((await onlyApp(stateful.apps).send(ping)).status).toBe(404)
  } finally {
    await stateful.close()
  }
})

test('a policy, whose messages FastMCP does not show, is refused at the start', () => {
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: ['https://id.example.com'],
    policy: { tools: { whoami: SCOPE } },
  })
  expect(() => requireBearer(gatehouse)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' }),
  )
})

test('over stdio, where FastMCP has no request, nobody is asked', async () => {
  expect(await requireBearer(world.gatehouse)(undefined)).toBeUndefined()
})

function onlyApp<App>(apps: readonly (readonly [string, App])[]): App {
  const [first] = apps
  if (first === undefined) throw new Error('FastMCP did not start')
  return first[1]
}

/** Without what FastMCP writes on every answer: a charset, and what pages may send. */
function withoutDefaults({ headers, ...answer }: WireAnswer): WireAnswer {
  const ours = Object.entries(headers).flatMap(([name, value]) => {
    if (/^access-control-allow-(?:methods|headers)$/.test(name)) return []
    return [[name, value.replace('; charset=utf-8', '')]]
  })
  return { ...answer, headers: Object.fromEntries(ours) }
}

/** A hook sees no body, so that no refusal names its id; and FastMCP lets all pages read a refusal. */
function asHookCan(answer: WireAnswer): WireAnswer {
  if (answer === WRONG_ORIGIN) return { ...answer, headers: { ...answer.headers, ...OF_ALL_PAGES } }
  return answer.body.startsWith('{"jsonrpc"')
    ? { ...answer, body: INSUFFICIENT_SCOPE.body }
    : answer
}

const OF_ALL_PAGES = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Mcp-Session-Id',
  vary: 'Origin',
}

async function connect(token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const url = new URL(`http://127.0.0.1:${app.port}/mcp`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  onTestFinished(() => client.close())
  return client
}

async function namesOf(client: Client): Promise<readonly string[]> {
  return (await client.listTools()).tools.map(({ name }) => name)
}

async function callTool(client: Client, name: string): Promise<string | undefined> {
  const { content } = await client.callTool({ name, arguments: {} })
  return content[0]?.type === 'text' ? content[0].text : undefined
}
