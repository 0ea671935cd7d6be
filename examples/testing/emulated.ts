import { keycloak } from 'mcp-gatehouse/providers'
import { startKeycloak } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const realm = await startKeycloak({ audience: resource }) // what an audience mapper adds
const settings = {
  authorizationServers: [keycloak.issuer({ issuer: realm.issuer })],
  allowInsecureLoopback: true, // the realm is at http://127.0.0.1
}
const notes = createNotes(settings)
afterAll(() => realm.close())

test('a token of the realm works', async () => {
  const tokens = await realm.obtainTokens({ username: 'alice', scopes: ['openid', 'notes:read'] })
  const answer = await notes(findNotes({ authorization: `Bearer ${tokens.access_token}` }))
  expect(answer.status).toBe(200)
})

test('while the realm is away, clients keep their token', async () => {
  const tokens = await realm.obtainTokens({ scopes: ['openid', 'notes:read'] })
  realm.intercept = (_req, res) => {
    res.writeHead(502).end()
    return true
  }
  const restarted = createNotes(settings)
  const answer = await restarted(findNotes({ authorization: `Bearer ${tokens.access_token}` }))
  realm.intercept = undefined
  expect(answer.status).toBe(503)
})
