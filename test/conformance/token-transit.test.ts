import { createServer, type IncomingHttpHeaders } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'

const issuer = await createTokenIssuer()
const upstreamRequests: IncomingHttpHeaders[] = []
const upstream = createServer((request, response) => {
  upstreamRequests.push(request.headers)
  response.end('forecast')
})
const upstreamUrl = `http://127.0.0.1:${await listen(upstream, 0, '127.0.0.1')}/`

const mcp = toNodeHandler(
  createMcpHandler(() => {
    const server = new McpServer({ name: 'weather', version: '1.0.0' })
    server.registerTool('forecast', {}, async () => {
      const text = await (await fetch(upstreamUrl)).text()
      return { content: [{ type: 'text', text }] }
    })
    return server
  }),
)
const events: AuditEvent[] = []
const server = createServer()
const resource = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/mcp`
const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
  onEvent: (event) => void events.push(event),
})
server.on('request', protect(gatehouse, mcp))
afterAll(() => Promise.all([close(server), close(upstream), issuer.close()]))

async function callForecast(token: string): Promise<unknown> {
  const client = new Client({ name: 'client', version: '1.0.0' })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(resource), { requestInit: { headers } }),
  )
  const { content } = await client.callTool({ name: 'forecast', arguments: {} })
  await client.close()
  return content
}

describe('the token of the client', () => {
  test('RS-09 reaches neither the issuer nor what a tool calls', async () => {
    const token = await issuer.mint({ aud: resource })
    expect(await callForecast(token)).toEqual([{ type: 'text', text: 'forecast' }])

    expect(upstreamRequests).toHaveLength(1)
    expect(issuer.requests.map(({ path }) => path)).toEqual([
      '/.well-known/oauth-authorization-server',
      '/jwks',
    ])
    const sent = JSON.stringify([upstreamRequests, issuer.requests])
    expect(sent).not.toContain(token)
    expect(sent.toLowerCase()).not.toContain('"authorization"')
  })

  test('RS-18 is not kept: the cache knows its digest, and the events know nothing of it', async () => {
    const token = await issuer.mint({ aud: resource })
    const headers = { Authorization: `Bearer ${token}`, Host: '127.0.0.1' }
    const request = new Request(resource, { headers })
    const set = vi.spyOn(Map.prototype, 'set')
    const admission = await gatehouse.authenticate(request)
    const remembered = [...set.mock.calls]
    set.mockRestore()

    expect(admission).toMatchObject({ principal: { subject: 'alice' } })
    expect(remembered.length).toBeGreaterThan(0)
    const [signature = ''] = token.split('.').slice(-1)
    expect(JSON.stringify([remembered, events])).not.toContain(signature)
  })
})
