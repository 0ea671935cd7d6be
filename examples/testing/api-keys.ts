import { memory } from 'mcp-gatehouse/storage'
import { createApiKeys } from 'mcp-gatehouse/verifiers'
import { expect, test } from 'vitest'
import { findNotes } from './call-tool.ts'
import { createNotes, resource } from './notes.ts'

const apiKeys = createApiKeys({ storage: memory(), resource })
const notes = createNotes({ verifier: apiKeys.verifier })

test('an API key works until it is revoked', async () => {
  const { key, keyId } = await apiKeys.issue({ name: 'import', scopes: ['notes:read'] })
  const headers = { authorization: `Bearer ${key}` }
  expect((await notes(findNotes(headers))).status).toBe(200)
  await apiKeys.revoke(keyId)
  expect((await notes(findNotes(headers))).status).toBe(401)
})
