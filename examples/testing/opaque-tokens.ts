import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { introspectionVerifier } from 'mcp-gatehouse/verifiers'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const server = await createTokenIssuer()
const { issuer, introspectionClient } = server
const notes = createNotes({
  authorizationServers: [issuer],
  verifier: introspectionVerifier({ issuer, ...introspectionClient, allowInsecureLoopback: true }),
  allowInsecureLoopback: true,
})
afterAll(() => server.close())

test('an opaque token works, and not once it is revoked', async () => {
  const claims = { aud: resource, scope: 'notes:read' }
  const [used, revoked] = [server.mintOpaque(claims), server.mintOpaque(claims)]
  server.revoke(revoked)
  expect((await notes(findNotes({ authorization: `Bearer ${used}` }))).status).toBe(200)
  expect((await notes(findNotes({ authorization: `Bearer ${revoked}` }))).status).toBe(401)
})
