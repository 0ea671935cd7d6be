import { createResourceServer } from 'mcp-gatehouse'
import { openStorage } from 'mcp-gatehouse/storage'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  dpop: {
    required: true, // without it, bearer tokens are accepted beside bound ones
    storage: await openStorage(process.env['STORAGE'] ?? 'memory:'), // which proofs were used
    nonceSecret: crypto.getRandomValues(new Uint8Array(32)), // several replicas need the same
  },
})
