import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** What the examples configure; the README shows these very files. */
const ISSUER = 'https://id.example.com/realms/acme'
const RESOURCE = 'https://mcp.example.com/mcp'

/** A message, since FastMCP answers every other request without a token by 405. */
const UNAUTHENTICATED = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
}

let issuer: TokenIssuer
beforeAll(async () => {
  issuer = await createTokenIssuer()
})
afterAll(() => issuer.close())

test.each([
  ['web-standard runtimes', 'test/examples/serve-fetch.ts'],
  ['Express', 'examples/quick-start/express.ts'],
  ['Hono', 'examples/quick-start/hono.ts'],
  ['Fastify', 'examples/quick-start/fastify.ts'],
  ['node:http', 'examples/quick-start/node.ts'],
  ['FastMCP', 'examples/quick-start/fastmcp.ts'],
])(
  'the quick start for %s answers the challenge, the metadata and a tool call',
  async (_framework, file) => {
    const port = await freePort()
    const child = start(file, port)
    try {
      const url = new URL(`http://127.0.0.1:${port}/mcp`)
      await answering(url)
      await expectProtected(url)
    } finally {
      child.kill()
      await once(child, 'exit')
    }
  },
)

async function expectProtected(url: URL): Promise<void> {
  const refused = await fetch(url, UNAUTHENTICATED)
  const metadataUrl = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${metadataUrl}", scope="notes:read"`,
  ])

  const document = await fetch(new URL(new URL(metadataUrl).pathname, url))
  expect(await document.json()).toEqual({
    resource: RESOURCE,
    authorization_servers: [ISSUER],
    bearer_methods_supported: ['header'],
    scopes_supported: ['notes:read'],
  })

  const token = await issuer.mint({ iss: ISSUER, aud: RESOURCE, scope: 'notes:read' })
  const client = new Client({ name: 'quick-start-test', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  const result = await client.callTool({ name: 'find_notes', arguments: { text: 'milk' } })
  expect(result.content).toEqual([{ type: 'text', text: 'alice looks for milk' }])
  await client.close()
}

function start(file: string, port: number): ChildProcess {
  const flags = ['--conditions=mcp-gatehouse-source', '--import=./test/examples/offline-issuer.ts']
  return spawn(process.execPath, [...flags, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      ISSUER_METADATA: metadata(),
      ISSUER_JWKS: JSON.stringify(issuer.jwks),
    },
  })
}

function metadata(): string {
  return JSON.stringify({ ...issuer.metadata, issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Resolves once the server answers. */
async function answering(url: URL): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(url, UNAUTHENTICATED).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 10_000 },
    )
    .toBe(401)
}
