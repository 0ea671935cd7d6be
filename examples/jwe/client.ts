/**
 * A portal tells an MCP server who its users are, in tokens that only that server can read: with
 * the client of the official SDK between them, and somebody who has nothing but the public key.
 *
 * `node --conditions=mcp-gatehouse-source examples/jwe/client.ts` starts everything, and ends with
 * 0 if all was answered as it says.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Hono } from 'hono'
import { CompactEncrypt, decodeProtectedHeader, importJWK } from 'jose'
import { generateKey } from 'mcp-gatehouse/keys'
import { createPortal, readEncryptionKey } from './portal.ts'
import { createWhoamiApp } from './server.ts'

const folder = await mkdtemp(join(tmpdir(), 'jwe-'))
const keyFile = join(folder, 'keys.json')
const keys = [await generateKey({ use: 'encryption' })]
await writeFile(keyFile, JSON.stringify({ keys }), { mode: 0o600 })

const app = new Hono()
const server = createAdaptorServer({ fetch: (request, env) => app.fetch(request, env) })
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const resource = `${origin}/mcp`
const issuer = `${origin}/portal`
const reasons: string[] = []
const portal = await createPortal(issuer)
app.route('/', portal.app)
app.route(
  '/',
  await createWhoamiApp({
    resource,
    issuer,
    jwksUri: `${issuer}/jwks.json`,
    environment: { MCP_KEY_FILE_PATH: keyFile },
    onEvent: (event) => {
      if (event.type !== 'auth.deny') return
      reasons.push([event.reason, ...(event.claims ?? [])].join(' '))
    },
  }),
)

try {
  await tellStory()
} finally {
  server.close()
  await rm(folder, { recursive: true })
}

async function tellStory(): Promise<void> {
  const alice = { id: 'alice', name: 'Alice', email: 'alice@example.com', role: 'student' }
  const token = await portal.issueToken(resource, alice)
  assert.equal(await whoami(token), 'Alice <alice@example.com>, student')
  console.log('the server knows alice by name, e-mail address and role')

  const { alg, enc } = decodeProtectedHeader(token)
  assert.deepEqual([alg, enc, token.split('.').length], ['RSA-OAEP-256', 'A256GCM', 5])
  console.log('her client carries the token, and can read nothing of her in it')

  for (const claim of ['name', 'email']) {
    const lacking = await portal.issueToken(resource, { ...alice, [claim]: '' })
    assert.equal(await refusalOf(lacking), `claims ${claim}`)
  }
  console.log('a token with an empty name or e-mail address is refused, and the server knows why')

  const published = await readEncryptionKey(`${origin}/.well-known/jwks.json`)
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: resource, sub: 'alice', iat: now, exp: now + 300 }
  const forged = await new CompactEncrypt(
    Buffer.from(JSON.stringify({ ...claims, data: { ...alice, role: 'admin' } })),
  )
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: published.kid ?? '' })
    .encrypt(await importJWK(published))
  assert.equal(await refusalOf(forged), 'unsigned_jwe')
  console.log('a token made only from the published key is refused')

  const other = await createPortal(issuer)
  assert.equal(
    await refusalOf(await other.issueToken(resource, { ...alice, role: 'admin' })),
    'kid',
  )
  console.log('so is one that somebody else has signed')

  const elsewhere = await portal.issueToken(`${origin}/other`, alice)
  assert.equal(await refusalOf(elsewhere), 'aud')
  console.log('and one for another server')
}

async function whoami(token: string): Promise<string | undefined> {
  const versionNegotiation = { mode: 'auto' } as const
  const client = new Client({ name: 'whoami-client', version: '1.0.0' }, { versionNegotiation })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit }))
  const { content } = await client.callTool({ name: 'whoami' })
  await client.close()
  return content[0]?.type === 'text' ? content[0].text : undefined
}

/** What the client is told is the same for all; the reason is for the server's log. */
async function refusalOf(token: string): Promise<string | undefined> {
  const answer = await fetch(resource, { headers: { authorization: `Bearer ${token}` } })
  const error_description = 'The access token is invalid.'
  assert.deepEqual(await answer.json(), { error: 'invalid_token', error_description })
  assert.equal(answer.status, 401)
  return reasons.pop()
}
