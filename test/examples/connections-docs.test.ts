import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server'
import { oidcSignIn } from 'mcp-gatehouse/connections'
import { memory } from 'mcp-gatehouse/storage'
import { expect, onTestFinished, test } from 'vitest'
import { graph, orders } from '../../examples/connections/exchange.ts'
import { connect } from '../../examples/connections/services.ts'
import { forget, listIssues } from '../../examples/connections/use.ts'
import { tickets } from '../../examples/connections/without-profile.ts'
import { addTools } from '../../examples/quick-start/connection.ts'
import { newRing } from '../authorization-server/world.ts'
import { ALICE, createWorld } from '../connections/world.ts'

test('the services of docs/connections.md are ones, and a tool asks for a connection first', async () => {
  process.env['GITHUB_CLIENT_SECRET'] = 'secret'
  const identity = oidcSignIn({ issuer: 'https://id.example.com', clientId: 'mcp' })
  const keys = { cookies: await newRing('cookies') }
  const connections = await connect({ identity, keys, storage: memory() })
  await expect(listIssues(connections, ALICE)).rejects.toMatchObject({
    services: [{ service: 'github', url: 'https://mcp.example.com/connect/github' }],
  })
  expect(await forget(connections, ALICE)).toEqual([])
})

test('so is the one that is found by its metadata', () => {
  const { options } = tickets
  const world = createWorld({
    tickets: { kind: 'oauth', options: { ...options, clientSecret: 'a' } },
  })
  expect(world.service('tickets').title).toBe('Tickets')
})

test('so are those whose tokens are exchanged', () => {
  const secret = { clientSecret: 'a' }
  const world = createWorld({
    graph: { ...graph, options: { ...graph.options, ...secret } },
    orders: { ...orders, options: { ...orders.options, ...secret } },
  })
  expect([world.service('graph').kind, world.service('orders').title]).toEqual([
    'exchange',
    'Orders',
  ])
})

test('the tool of the README is there, and does nothing for nobody', async () => {
  const identity = oidcSignIn({ issuer: 'https://id.example.com', clientId: 'mcp' })
  const keys = { cookies: await newRing('cookies') }
  const connections = await connect({ identity, keys, storage: memory() })
  const server = new McpServer({ name: 'issues', version: '1.0.0' })
  addTools(server, connections)
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await Promise.all([server.connect(ours), client.connect(theirs)])
  onTestFinished(() => client.close())
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['list_issues'])
  expect(await client.callTool({ name: 'list_issues' })).toMatchObject({ isError: true })
})
