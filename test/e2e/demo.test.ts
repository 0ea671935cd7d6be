import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

test('the demo goes through everything, prints no secret, and ends with 0', async () => {
  const child = spawn(
    process.execPath,
    ['--conditions=mcp-gatehouse-source', 'examples/demo/main.ts', '--once'],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } },
  )
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(withoutVariables(stdout)).toBe(`
  mcp-gatehouse

  http://mcp/mcp    an MCP server on the official SDK, protected by mcp-gatehouse
  http://as    an authorization server for alice and bob

  1  A client that knows only the URL finds out where to sign in

  client   POST /mcp  server/discover → 401  Bearer scope="notes:read notes:write", resource_metadata="…"
  client   GET  /.well-known/oauth-protected-resource/mcp → 200  tokens come from http://as
  client   GET  /.well-known/oauth-authorization-server → 200  issuer http://as, PKCE S256, registration
  client   POST /register  "mcp-gatehouse demo" → 201  client_id ID…, a public client

  2  alice signs in and says yes, in the browser

  browser  GET  /authorize  S256 challenge, resource, state → 200  page "Sign in"
  browser  POST /interaction  alice password •••• → 200  page "Allow access"
  browser  POST /interaction  allow notes:read notes:write → 303  back to http://127.0.0.1:33418/callback with code, state, iss
  client   POST /token  code •••• code_verifier •••• → 200  access token •••• of alice for 300 s, scope "notes:read notes:write"

  3  With the token, the client calls a tool

  client   POST /mcp  server/discover → 200  server "notes", MCP 2026-07-28
  client   POST /mcp  tools/call add_note → 200  "Notes of alice: Buy milk"

  4  A token that was changed to name another user is refused

  client   POST /mcp  tools/call add_note → 401  Bearer error="invalid_token", scope="notes:read notes:write", resource_metadata="…"

  5  bob can only grant reading, and his token is refused too

  browser  POST /interaction  bob password •••• → 200  page "Allow access"
  browser  POST /interaction  allow notes:read → 303  back to http://127.0.0.1:33418/callback with code, state, iss
  client   POST /token  code •••• code_verifier •••• → 200  access token •••• of bob for 300 s, scope "notes:read"
  client   POST /mcp  server/discover → 403  Bearer error="insufficient_scope", scope="notes:read notes:write", resource_metadata="…"

  ✓ Everything was answered as it should be.

`)
})

/** Ports and the client's identifier vary, and the alignment with their lengths. */
function withoutVariables(output: string): string {
  const [mcp = '', authorizationServer = ''] = output.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
  return output
    .replaceAll(mcp, 'http://mcp')
    .replaceAll(authorizationServer, 'http://as')
    .replace(/client_id \S+…/, 'client_id ID…')
    .replace(/ +→/g, ' →')
    .replace(/^( {2}http\S+) +/gm, '$1    ')
}
