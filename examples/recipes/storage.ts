import { createResourceServer, storedRevocations } from 'mcp-gatehouse'
import { storageKeysFromEnvironment } from 'mcp-gatehouse/keys'
import { openStorage, sealed } from 'mcp-gatehouse/storage'

// From STORAGE_ENCRYPTION_KEY_PATH. None is good enough for memory:, and refused for everything else.
const keys = await storageKeysFromEnvironment()
const storage = await sealed(await openStorage(process.env['STORAGE'] ?? 'memory:'), keys)

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  revocations: storedRevocations(storage),
})
