import { createTokenIssuer, type MintOptions } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const issuer = await createTokenIssuer()
const forger = await createTokenIssuer()
const notes = createNotes({ authorizationServers: [issuer.issuer], allowInsecureLoopback: true })
afterAll(() => Promise.all([issuer.close(), forger.close()]))

const good = { aud: resource, scope: 'notes:read' }
const wrong: Readonly<Record<string, readonly [claims: object, options?: MintOptions]>> = {
  'for another server': [{ ...good, aud: 'https://other.example.com/mcp' }],
  'for nobody': [{ ...good, aud: undefined }],
  'of yesterday': [{ ...good, exp: Math.floor(Date.now() / 1000) - 86_400 }],
  'of another kind': [good, { header: { typ: 'dpop+jwt' } }],
}

test.each(Object.entries(wrong))('a token %s is refused', async (_what, [claims, options]) => {
  const token = await issuer.mint({ ...claims }, options)
  expect((await notes(findNotes({ authorization: `Bearer ${token}` }))).status).toBe(401)
})

test('a token that somebody else signed is refused', async () => {
  const token = await forger.mint({ ...good, iss: issuer.issuer })
  expect((await notes(findNotes({ authorization: `Bearer ${token}` }))).status).toBe(401)
})
