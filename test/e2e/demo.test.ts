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

  mcp   http://mcp/mcp  an MCP server on the official SDK, behind the gate
  auth  http://auth  its authorization server, in front of
  entra http://entra  a company's provider: no registration, no tokens per resource

  1  A client that knows only the URL finds out where to sign in

  client  → mcp  POST /mcp  server/discover → 401  Bearer scope="notes:read notes:write", resource_metadata="…"
  client  → mcp  GET  /.well-known/oauth-protected-resource/mcp → 200  tokens come from http://auth
  client  → auth  GET  /.well-known/oauth-authorization-server → 200  issuer http://auth, PKCE S256, registration
  client  → auth  POST /register  "mcp-gatehouse demo" → 201  client_id ID…, a public client

  2  alice allows it, and signs in where her company's users do

  browser → auth  GET  /authorize  S256 challenge, resource, state → 200  page "Allow access to Notes? – Notes"
  browser → auth  POST /interaction/consent  allow → 303  on to entra
  browser → entra  GET  /…/oauth2/v2.0/authorize  S256 challenge, state, nonce → 200  page "Sign in"
  browser → entra  POST /interaction  alice password •••• → 200  page "Consent"
  browser → entra  POST /interaction  allow → 303  back to auth/callback/entra with code, state
  auth → entra  POST /…/oauth2/v2.0/token  code •••• code_verifier •••• → 200  tokens •••• that stay on the server
  browser → auth  GET  /callback/entra  code, state → 303  back to http://127.0.0.1:33418/callback with code, state, iss
  client  → auth  POST /token  code •••• code_verifier •••• → 200  access token •••• of Alice Liddell for http://mcp/mcp, 600 s, scope "notes:read notes:write"

  3  With a token for this server alone, the client calls a tool

  client  → mcp  POST /mcp  server/discover → 200  server "notes", MCP 2026-07-28
  client  → mcp  POST /mcp  tools/call add_note → 200  "Notes of Alice Liddell: Buy milk"

  4  A token that was changed to name another user is refused

  client  → mcp  POST /mcp  tools/call add_note → 401  Bearer error="invalid_token", scope="notes:read notes:write", resource_metadata="…"

  5  bob signs in too, without the role for a tool: for him there is none

  auth → entra  POST /…/oauth2/v2.0/token  code •••• code_verifier •••• → 200  tokens •••• that stay on the server
  client  → mcp  POST /mcp  server/discover → 200  server "notes", MCP 2026-07-28
  client  → mcp  POST /mcp  tools/list → 200  tools add_note
  client  → mcp  POST /mcp  tools/call delete_all_notes → 200  error -32602 "Tool delete_all_notes not found"

  ✓ Everything was answered as it should be.

`)
})

/** Ports and the client's identifier vary, and the alignment with their lengths. */
function withoutVariables(output: string): string {
  const names = ['mcp', 'auth', 'entra']
  const origins = names.map((name) => {
    return new RegExp(`^ *${name} +(http://127\\.0\\.0\\.1:\\d+)`, 'm').exec(output)?.[1] ?? ''
  })
  return origins
    .reduce((told, origin, at) => told.replaceAll(origin, `http://${names[at]}`), output)
    .replace(/client_id \S+…/, 'client_id ID…')
    .replaceAll(/(^ {2}\S+ +http\S+|→ (?:mcp|auth|entra)) +/gm, '$1  ')
    .replaceAll(/ +→ (?!mcp|auth)/g, ' → ')
}
