/**
 * alice writes in a session of hers, and bob finds its name, with the client of version 1 of the SDK.
 *
 * `node --conditions=mcp-gatehouse-source examples/sessions/client.ts` starts everything, and ends
 * with 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { createDiary } from './server.ts'

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
const resource = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
const issuer = await createTokenIssuer()
server.on('request', createDiary(resource, issuer.issuer))

try {
  const [ofAlice, ofBob] = [await tokenOf('alice'), await tokenOf('bob')]
  const alice = await connect(ofAlice)
  assert.equal(await write(alice.client, 'Rabbit!'), 'alice: Rabbit!')
  assert.equal(await write(alice.client, 'Late?'), 'alice: Rabbit!\nalice: Late?')
  console.log('alice writes twice: her session remembers the first time')

  const bob = await connect(ofBob)
  assert.equal(await write(bob.client, 'Roof.'), 'bob: Roof.')
  assert.equal(await statusAt(alice.session, ofBob), 404)
  console.log(
    'bob has a session of his own; in hers there is nothing for him, not even that it exists',
  )

  const renewed = await tokenOf('alice')
  assert.equal(await statusAt(alice.session, renewed), 200)
  console.log('alice goes on with her next token')

  await alice.end()
  assert.equal(await statusAt(alice.session, renewed), 404)
  console.log('what she ends is over')
  await bob.end()
} finally {
  server.close()
  server.closeAllConnections()
  await issuer.close()
}

function tokenOf(sub: string): Promise<string> {
  return issuer.mint({ aud: resource, sub, scope: 'diary' })
}

interface Session {
  readonly client: Client
  readonly session: string
  end(): Promise<void>
}

async function connect(token: string): Promise<Session> {
  const client = new Client({ name: 'diary-client', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  const transport = new StreamableHTTPClientTransport(new URL(resource), { requestInit })
  await client.connect(transport)
  return {
    client,
    session: transport.sessionId ?? '',
    async end() {
      await transport.terminateSession()
      await client.close()
    },
  }
}

async function write(client: Client, text: string): Promise<unknown> {
  const { content } = await client.callTool({ name: 'write', arguments: { text } })
  return (content as readonly { readonly text?: string }[])[0]?.text
}

async function statusAt(session: string, token: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-11-25',
    'mcp-session-id': session,
  }
  const body = '{"jsonrpc":"2.0","id":9,"method":"ping"}'
  return (await fetch(resource, { method: 'POST', headers, body })).status
}
