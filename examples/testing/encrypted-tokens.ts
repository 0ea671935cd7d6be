import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const server = await createTokenIssuer()
const { issuer } = server
const key = await generateKey({ use: 'encryption' })
const source = keysFromFunction(() => ({ keys: [key] }))
const notes = createNotes({
  authorizationServers: [issuer],
  verifier: jweVerifier({
    keys: await createKeyRing({ use: 'encryption', source }),
    nested: jwtVerifier({ issuer, allowInsecureLoopback: true }),
  }),
  allowInsecureLoopback: true,
})
afterAll(() => server.close())

test('a token that is encrypted for this server works', async () => {
  const { d: _private, ...encryptionKey } = key
  const token = await server.mint({ aud: resource, scope: 'notes:read' }, { encryptionKey })
  expect((await notes(findNotes({ authorization: `Bearer ${token}` }))).status).toBe(200)
})
