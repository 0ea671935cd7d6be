import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { definePolicy } from '../../src/policy/index.ts'
import { guard } from '../../src/sdk/index.ts'
import { answerTo, sdkV1, sdkV2, type TestClient } from './servers.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const URL_OF_SERVER = new URL(RESOURCE)

const policy = definePolicy({
  tools: {
    list_repos: 'repo:read',
    delete_repo: 'repo:write',
    admin_stats: { roles: ['admin'] },
    read_file: [],
    ping_repo: [],
  },
  prompts: { '*': [] },
  resources: { 'repo://{+rest}': [] },
})

type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

let issuer: TokenIssuer
beforeAll(async () => {
  issuer = await createTokenIssuer()
})
afterAll(() => issuer.close())

function gate() {
  return createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
}

function serveV1(called: string[]): Fetch {
  const fetch = gate().protect(async (request, { authInfo, parsedBody }) => {
    const server = guard(sdkV1.create(), policy)
    sdkV1.fill(server, called)
    const transport = new WebStandardStreamableHTTPServerTransport({})
    await server.connect(transport)
    return transport.handleRequest(request, { authInfo: authInfo as never, parsedBody })
  })
  return (url, init) => fetch(new Request(url, init))
}

function serveV2(called: string[]): Fetch {
  const info = { name: 'v2', version: '1.0.0' }
  const cacheHints = { 'tools/list': { ttlMs: 60_000, cacheScope: 'public' as const } }
  const handler = createMcpHandler(() => {
    const server = guard(new McpServer(info, { cacheHints }), policy)
    sdkV2.fill(server, called)
    return server
  })
  const fetch = gate().protect(handler.fetch)
  return (url, init) => fetch(new Request(url, init))
}

type Connect = (fetch: Fetch, token: string) => Promise<TestClient>

const connectV1: Connect = async (fetch, token) => {
  const client = new ClientV1({ name: 'client', version: '1.0.0' })
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  await client.connect(new TransportV1(URL_OF_SERVER, { fetch, requestInit }))
  return client
}

function connectV2(mode: 'legacy' | 'auto'): Connect {
  return async (fetch, token) => {
    const client = new ClientV2(
      { name: 'client', version: '1.0.0' },
      { versionNegotiation: { mode } },
    )
    const requestInit = { headers: { Authorization: `Bearer ${token}` } }
    await client.connect(new TransportV2(URL_OF_SERVER, { fetch, requestInit }))
    expect(client.getNegotiatedProtocolVersion() === '2026-07-28').toBe(mode === 'auto')
    return client
  }
}

// SDK v1 opens a stream before the handler runs; then it is too late for a status.
const TOOL_ERROR = { result: { isError: true } }
const STATUS = { error: { message: expect.stringMatching(/insufficient.scope/i) } }

describe.each([
  ['v1', 'v1', serveV1, connectV1, TOOL_ERROR],
  ['v1', 'v2', serveV1, connectV2('legacy'), TOOL_ERROR],
  ['v2', 'v1', serveV2, connectV1, STATUS],
  ['v2', 'v2 on an older revision', serveV2, connectV2('legacy'), STATUS],
  ['v2', 'v2 on 2026-07-28', serveV2, connectV2('auto'), STATUS],
] as const)(
  'behind the gate: server of SDK %s, client of SDK %s',
  (_server, _client, serve, connect, refusal) => {
    test('each caller sees and uses what is theirs', async () => {
      const called: string[] = []
      const fetch = serve(called)
      const [reader, admin] = await Promise.all([
        issuer.mint({ aud: RESOURCE, scope: 'repo:read' }),
        issuer.mint({ aud: RESOURCE, scope: 'repo:read repo:write', roles: ['admin'] }),
      ])
      const [theirs, ours] = [await connect(fetch, reader), await connect(fetch, admin)]
      const namesOf = async (client: TestClient) =>
        (await client.listTools()).tools.map(({ name }) => name)
      expect(await namesOf(theirs)).toEqual(['list_repos', 'ping_repo', 'read_file'])
      expect(await namesOf(ours)).toHaveLength(5)

      await theirs.callTool({ name: 'list_repos' })
      await ours.callTool({ name: 'admin_stats' })
      expect(called.splice(0)).toEqual(['list_repos', 'admin_stats'])
      const denied = theirs.callTool({ name: 'delete_repo', arguments: { force: true } })
      expect(await answerTo(denied)).toMatchObject(refusal)
      expect(called).toEqual([])
      await Promise.all([theirs.close(), ours.close()])
    })
  },
)

test('a filtered list is private, whatever the server says of it', async () => {
  const token = await issuer.mint({ aud: RESOURCE, scope: 'repo:read' })
  const client = await connectV2('auto')(serveV2([]), token)
  expect(await client.listTools()).toMatchObject({ ttlMs: 60_000, cacheScope: 'private' })
  const older = await connectV2('legacy')(serveV2([]), token)
  expect(await older.listTools()).not.toHaveProperty('cacheScope')
})
