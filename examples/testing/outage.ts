import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const issuer = await createTokenIssuer()
afterAll(() => issuer.close())

test('while the issuer is away, clients keep their token and try again', async () => {
  const notes = createNotes({ authorizationServers: [issuer.issuer], allowInsecureLoopback: true })
  const token = await issuer.mint({ aud: resource, scope: 'notes:read' })
  issuer.respond('/jwks', { status: 500 })
  const { status, headers } = await notes(findNotes({ authorization: `Bearer ${token}` }))
  expect([status, headers.get('retry-after')]).toEqual([503, expect.any(String)])
})
