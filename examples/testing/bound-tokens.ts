import { createDpopKey, createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const { issuer, ...server } = await createTokenIssuer()
const notes = createNotes({
  authorizationServers: [issuer],
  dpop: { required: true },
  allowInsecureLoopback: true,
})
afterAll(() => server.close())

test('a bound token works with a proof, and for nobody who has copied both', async () => {
  const key = await createDpopKey()
  const token = await server.mint({ aud: resource, scope: 'notes:read', cnf: key.cnf })
  const dpop = await key.prove({ url: resource, accessToken: token })
  const headers = { authorization: `DPoP ${token}`, dpop }
  expect((await notes(findNotes(headers))).status).toBe(200)
  expect((await notes(findNotes(headers))).status).toBe(401)
})
