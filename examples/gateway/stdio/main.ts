// Two users call the server through the gateway; each of them has notes, and nobody sees others'.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTokenIssuer } from 'mcp-gatehouse/testing'

const PORT = process.env['PORT'] ?? '8080'
const PUBLIC_URL = `http://127.0.0.1:${PORT}`
const issuer = await createTokenIssuer()
const gateway = spawn(
  process.execPath,
  ['--conditions=mcp-gatehouse-source', 'examples/gateway/stdio/gateway.ts'],
  {
    env: { ...process.env, PORT, PUBLIC_URL, ISSUER: issuer.issuer },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
)
await once(gateway.stdout, 'data')

async function connect(sub: string, scope: string): Promise<Client> {
  const token = await issuer.mint({ aud: `${PUBLIC_URL}/notes`, sub, scope })
  const client = new Client(
    { name: 'example', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const url = new URL(`${PUBLIC_URL}/notes`)
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return client
}

async function addNote(client: Client, text: string): Promise<unknown> {
  const { content } = await client.callTool({ name: 'add_note', arguments: { text } })
  return content[0]?.type === 'text' ? content[0].text : undefined
}

const alice = await connect('alice', 'notes:write')
const bob = await connect('bob', 'notes:write')
const eve = await connect('eve', 'notes:read')
assert.equal(await addNote(alice, 'milk'), 'alice: milk')
assert.equal(await addNote(bob, 'bread'), 'bob: bread')
assert.equal(await addNote(alice, 'eggs'), 'alice: milk, eggs')
await assert.rejects(addNote(eve, 'everything'), /insufficient_scope|403|scope/i)

await Promise.all([alice, bob, eve].map((client) => client.close()))
gateway.kill('SIGTERM')
await once(gateway, 'exit')
await issuer.close()
console.log('Each user has notes of their own.')
