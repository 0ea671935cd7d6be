import { apiKeys } from './api-keys.ts'

const { key, keyId } = await apiKeys.issue({
  name: 'nightly import',
  clientId: 'importer',
  scopes: ['notes:read', 'notes:write'],
  expiresInSeconds: 30 * 86_400,
})
console.log(key) // show it once: nobody can read it again

for (const { name, lastUsedAt } of await apiKeys.list()) console.log(name, lastUsedAt)

await apiKeys.revoke(keyId)
