import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express from 'express'
import { createResourceServer, definePolicy } from 'mcp-gatehouse'
import { currentPrincipal, requireTenant } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { expect, onTestFinished, test } from 'vitest'
import {
  callOf,
  METADATA_PATH,
  openWorld,
  pingWith,
  RESOURCE,
  startIssuer,
  textOf,
} from './world.ts'

// The Scalekit pattern: what its servers do around and inside their tools.

const greet = (name: string): RequestInit['body'] =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })

test('system 3: scopes per tool', async () => {
  const world = await openWorld({
    options: () => ({ policy: { tools: { greet_user: 'usr:read' } } }),
    tools: (server) => server.registerTool('greet_user', {}, () => textOf('hello')),
  })
  const token = await world.mint({ scope: 'usr:write' })
  const refused = await world.send(RESOURCE, callOf('tools/call', { name: 'greet_user' }, token))
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching(/error="insufficient_scope".*scope="usr:write usr:read"$/) as string,
  ])
  // Neither a batch nor a tool that no rule covers is a way around it.
  const batch = { ...callOf('ping', {}, token), body: `[${greet('greet_user') as string}]` }
  expect((await world.send(RESOURCE, batch)).status).toBe(403)
  const unlisted = await world.send(RESOURCE, callOf('tools/call', { name: 'other' }, token))
  expect(await unlisted.json()).toMatchObject({ error: { message: 'Tool other not found' } })
  const reader = await world.mint({ scope: 'usr:read' })
  expect(await world.callTool(reader, 'greet_user')).toBe('"hello"')
})

test('system 3: scopes, subject and organization in a tool', async () => {
  const world = await openWorld({
    tools: (server) =>
      server.registerTool('state', {}, ({ http }) => {
        const { subject, tenant, scopes } = currentPrincipal() ?? {}
        const authInfo = http?.authInfo?.scopes
        return textOf({ subject, tenant, scopes: [...(scopes ?? [])], authInfo })
      }),
  })
  for (const scope of [{ scope: 'usr:read usr:write' }, { scopes: ['usr:read', 'usr:write'] }]) {
    const token = await world.mint({ sub: 'usr_1', org_id: 'org_1', ...scope })
    expect(JSON.parse(await world.callTool(token, 'state'))).toEqual({
      subject: 'usr_1',
      tenant: 'org_1',
      scopes: ['usr:read', 'usr:write'],
      authInfo: ['usr:read', 'usr:write'],
    })
  }
})

test('system 3: tenants by org_id', async () => {
  const world = await openWorld({
    options: () => ({
      policy: { tools: { list_orders: [], export_orders: { tenants: ['org_2'] } } },
    }),
    tools(server) {
      server.registerTool('list_orders', {}, () => textOf(`orders of ${requireTenant()}`))
      server.registerTool('export_orders', {}, () => textOf('export'))
    },
  })
  const of = (org_id?: string) => world.mint({ sub: 'usr_1', org_id })
  expect(await world.callTool(await of('org_1'), 'list_orders')).toBe('"orders of org_1"')
  expect(await world.callTool(await of('org_2'), 'list_orders')).toBe('"orders of org_2"')
  expect(await world.callTool(await of(), 'list_orders')).toMatch(/^Not allowed: /)
  expect(await world.callTool(await of('org_2'), 'export_orders')).toBe('"export"')
  await expect(world.callTool(await of('org_1'), 'export_orders')).rejects.toThrow('not found')
})

test('system 3: a health endpoint', async () => {
  const { gatehouse } = await openWorld()
  const health = (request: Request): Response =>
    Response.json({ status: 'healthy', path: new URL(request.url).pathname })
  const fetch = gatehouse.protectFetch(health, { publicPaths: ['/health'] })
  const answer = await fetch(new Request('https://mcp.example.com/health'))
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: 'healthy', path: '/health' },
  ])
})

test('system 3: CORS for web clients', async () => {
  const world = await openWorld({
    options: () => ({ allowedOrigins: ['https://app.example.com'] }),
  })
  const origin = 'https://app.example.com'
  const preflight = await world.send(RESOURCE, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, mcp-protocol-version',
    },
  })
  const field = (answer: Response, name: string) => answer.headers.get(`access-control-${name}`)
  expect(preflight.status).toBe(204)
  expect(field(preflight, 'allow-origin')).toBe(origin)
  expect(field(preflight, 'allow-methods')).toBe('GET, POST, DELETE, OPTIONS')
  expect(field(preflight, 'allow-headers')).toContain('Authorization, Content-Type')
  // A page can read the refusal, which tells it where to sign in.
  const headers = { origin, 'content-type': 'application/json' }
  const refused = await world.send(RESOURCE, { ...pingWith(undefined), headers })
  expect([refused.status, field(refused, 'allow-origin')]).toEqual([401, origin])
  expect(field(refused, 'expose-headers')).toContain('WWW-Authenticate')
  expect(field(refused, 'allow-credentials')).toBeNull()
})

test('system 3: middleware first, then routes, the MCP server last', async () => {
  const issuer = await startIssuer()
  const app = express()
  const server = app.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const gatehouse = createResourceServer({
    resource: origin,
    authorizationServers: [issuer.issuer],
    policy: definePolicy({ tools: { fail: [] } }),
    allowInsecureLoopback: true,
  })
  const mcp = toNodeHandler(createMcpHandler(() => new McpServer({ name: 'a', version: '1' })))
  app.use(serveMetadata(gatehouse))
  app.get('/health', (_req, res) => void res.json({ status: 'healthy' }))
  app.use(requireBearer(gatehouse))
  app.get('/fails', () => {
    throw new Error('a route fails')
  })
  app.use('/', (req, res) => mcp(req, res, req.body))

  const token = await issuer.mint({ aud: origin })
  const headers = { authorization: `Bearer ${token}` }
  const status = async (path: string, init?: RequestInit): Promise<number> =>
    (await fetch(`${origin}${path}`, init)).status
  expect(await status(METADATA_PATH.replace('/mcp', ''))).toBe(200)
  expect(await status('/health')).toBe(200)
  expect(await status('/', pingWith(undefined))).toBe(401)
  expect(await status('/', pingWith(token))).toBe(200)
  // What fails behind the gate is no matter of the token.
  expect(await status('/fails', { headers })).toBe(500)
})
