import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../contract/free-port.ts'
import { type NextApplication, startNext } from './next-project.ts'

const issuer = await createTokenIssuer()
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const resource = `${origin}/mcp`
const metadataUrl = `${origin}/.well-known/oauth-protected-resource/mcp`
let application: NextApplication

beforeAll(async () => {
  application = await startNext(port, { MCP_URL: resource, ISSUER: issuer.issuer })
})
afterAll(() => Promise.all([application.close(), issuer.close()]))

test('a route handler of Next.js sends clients without a token to the metadata', async () => {
  // The first answer takes as long as the route takes to compile.
  await expect
    .poll(() => fetch(resource).catch(() => application.output()), { timeout: 50_000 })
    .toMatchObject({ status: 401 })
  const refused = await fetch(resource)
  expect(refused.headers.get('www-authenticate')).toBe(
    `Bearer resource_metadata="${metadataUrl}", scope="notes:read"`,
  )
  expect(await (await fetch(metadataUrl)).json()).toEqual({
    resource,
    authorization_servers: [issuer.issuer],
    bearer_methods_supported: ['header'],
    scopes_supported: ['notes:read'],
  })
})

test.each(['2025-11-25', '2026-07-28'])('its tools know the caller, in %s', async (revision) => {
  const token = await issuer.mint({ aud: resource, scope: 'notes:read' })
  const mode = revision === '2026-07-28' ? { pin: revision } : 'legacy'
  const client = new Client(
    { name: 'next-test', version: '1.0.0' },
    { versionNegotiation: { mode } },
  )
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(resource), { requestInit }))
  const result = await client.callTool({ name: 'find_notes', arguments: { text: 'milk' } })
  expect(result.content).toEqual([{ type: 'text', text: 'alice looks for milk' }])
  await client.close()
})
