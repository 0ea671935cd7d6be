/**
 * The server of two tenants, and of a third that is not set up, with the client of the official SDK.
 *
 * `node --conditions=mcp-gatehouse-source examples/multi-tenant/client.ts` starts everything, and
 * ends with 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Hono } from 'hono'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { createOrdersApp } from './server.ts'

/** The service of somebody else that the tenants' keys are for. The operator has a key too. */
const ordersByKey = new Map([
  ['key-of-acme', ['acme-1', 'acme-2']],
  ['key-of-globex', ['globex-1']],
  ['key-of-the-operator', ['acme-1', 'acme-2', 'globex-1', 'operator-1']],
])
process.env['SHOP_API_KEY'] = 'key-of-the-operator'
const keysUsed = new Set<string>()
const shop = new Hono().get('/orders', async (c) => {
  const key = c.req.header('authorization')?.slice('Bearer '.length) ?? ''
  keysUsed.add(key)
  await setTimeout(Math.random() * 10)
  return c.json(ordersByKey.get(key) ?? [])
})

const app = new Hono()
const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) })
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const resource = `${origin}/t`
const issuer = await createTokenIssuer()
const settings = new Map([
  ['acme', { shopUrl: origin, apiKey: 'key-of-acme' }],
  ['globex', { shopUrl: origin, apiKey: 'key-of-globex' }],
  ['initech', { shopUrl: origin, apiKey: '' }],
])
app.route('/', shop)
app.route('/', createOrdersApp({ resource, issuer: issuer.issuer, settings }))

try {
  await tellStory()
} finally {
  server.close()
  await issuer.close()
}

async function tellStory(): Promise<void> {
  const [acme, globex] = [await tokenOf('acme'), await tokenOf('globex')]
  const [alice, bob] = [await connect('acme', acme), await connect('globex', globex)]
  assert.deepEqual(await namesOf(alice), ['list_orders'])
  assert.deepEqual(await namesOf(bob), ['list_orders', 'export_orders'])
  await assert.rejects(alice.callTool({ name: 'export_orders' }), /Tool export_orders not found/)
  assert.equal(await callTool(bob, 'export_orders'), 'order\r\nglobex-1')
  console.log('globex has booked the export; for acme there is no such tool')

  const callers = Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? alice : bob))
  const answers = await Promise.all(callers.map((client) => callTool(client, 'list_orders')))
  const own = callers.map((client) => (client === alice ? 'acme-1\nacme-2' : 'globex-1'))
  assert.deepEqual(answers, own)
  console.log('50 calls at once: each tenant gets its own orders, and no other')

  for (const tenant of ['globex', 'initech', 'unknown', '%61cme', 'ACME', '__proto__']) {
    for (const method of ['POST', 'GET', 'DELETE']) {
      assert.equal(await statusOf(tenant, acme, method), 403, `${method} at ${tenant}`)
    }
  }
  assert.equal(await statusOf('acme', globex), 403)
  assert.equal(await statusOf('acme', await tokenOf(undefined)), 403)
  console.log("a token of acme does nothing at another tenant's endpoint")

  assert.equal(await statusOf('initech', await tokenOf('initech')), 400)
  assert.deepEqual(keysUsed, new Set(['key-of-acme', 'key-of-globex']))
  console.log("initech is not set up: it is refused, and the operator's key is never used")

  await Promise.all([alice.close(), bob.close()])
}

function tokenOf(org_id: string | undefined): Promise<string> {
  return issuer.mint({ aud: resource, org_id, scope: 'orders:read orders:export' })
}

async function connect(tenant: string, token: string): Promise<Client> {
  const versionNegotiation = { mode: 'auto' } as const
  const client = new Client({ name: 'orders-client', version: '1.0.0' }, { versionNegotiation })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const url = new URL(`${resource}/${tenant}/mcp`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return client
}

async function namesOf(client: Client): Promise<readonly string[]> {
  return (await client.listTools()).tools.map(({ name }) => name)
}

async function callTool(client: Client, name: string): Promise<string | undefined> {
  const { content } = await client.callTool({ name })
  return content[0]?.type === 'text' ? content[0].text : undefined
}

async function statusOf(tenant: string, token: string, method = 'POST'): Promise<number> {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'list_orders' } }
  const body = method === 'POST' ? JSON.stringify(call) : undefined
  return (await fetch(`${resource}/${tenant}/mcp`, { method, headers, body })).status
}
