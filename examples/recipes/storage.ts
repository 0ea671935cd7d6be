import { createResourceServer, storedRevocations } from 'mcp-gatehouse'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { openStorage, sealed } from 'mcp-gatehouse/storage'

const keyFile = process.env['STORAGE_ENCRYPTION_KEY_PATH'] // from `mcp-gatehouse keys storage`
const keys =
  keyFile === undefined
    ? undefined // good enough for memory:, refused for everything that stays
    : await createKeyRing({ use: 'storage', source: keysFromFile(keyFile) })

const storage = await sealed(await openStorage(process.env['STORAGE'] ?? 'memory:'), keys)

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  revocations: storedRevocations(storage),
})
