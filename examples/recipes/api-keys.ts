import { createResourceServer } from 'mcp-gatehouse'
import { storageKeysFromEnvironment } from 'mcp-gatehouse/keys'
import { openStorage, sealed } from 'mcp-gatehouse/storage'
import { createApiKeys, firstOf, jwtVerifier } from 'mcp-gatehouse/verifiers'

const resource = 'https://mcp.example.com/mcp'
const issuer = 'https://id.example.com/realms/acme'

const keys = await storageKeysFromEnvironment() // the file that STORAGE_ENCRYPTION_KEY_PATH names
const storage = await sealed(await openStorage(process.env['STORAGE'] ?? 'memory:'), keys)

export const apiKeys = createApiKeys({ storage, resource })

export const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer],
  verifier: firstOf([jwtVerifier({ issuer }), apiKeys.verifier]),
  requiredScopes: ['notes:read'],
})
