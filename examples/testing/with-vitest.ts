import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const issuer = await createTokenIssuer()
const notes = createNotes({ authorizationServers: [issuer.issuer], allowInsecureLoopback: true })
afterAll(() => issuer.close())

test('alice finds notes with notes:read', async () => {
  const token = await issuer.mint({ aud: resource, sub: 'alice', scope: 'notes:read' })
  const answer = await notes(findNotes({ authorization: `Bearer ${token}` }))
  expect(await answer.text()).toContain('alice looks for milk')
})

test('without the scope, the client is told which one to ask for', async () => {
  const token = await issuer.mint({ aud: resource, scope: 'profile' })
  const { status, headers } = await notes(findNotes({ authorization: `Bearer ${token}` }))
  expect([status, headers.get('www-authenticate')]).toEqual([
    403,
    expect.stringMatching('notes:read'),
  ])
})
