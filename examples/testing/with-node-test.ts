import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const issuer = await createTokenIssuer()
const notes = createNotes({ authorizationServers: [issuer.issuer], allowInsecureLoopback: true })
after(() => issuer.close())

test('alice finds notes with notes:read', async () => {
  const token = await issuer.mint({ aud: resource, sub: 'alice', scope: 'notes:read' })
  const answer = await notes(findNotes({ authorization: `Bearer ${token}` }))
  assert.match(await answer.text(), /alice looks for milk/)
})

test('without the scope, the client is told which one to ask for', async () => {
  const token = await issuer.mint({ aud: resource, scope: 'profile' })
  const { status, headers } = await notes(findNotes({ authorization: `Bearer ${token}` }))
  assert.equal(status, 403)
  assert.match(headers.get('www-authenticate') ?? '', /scope="[^"]*notes:read/)
})
