import { createGateway } from 'mcp-gatehouse/gateway'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'

const gateway = await createGateway({
  publicUrl: 'https://mcp.example.com',
  authorizationServers: ['https://id.example.com/realms/acme'],
  keys: await createKeyRing({ use: 'signing', source: keysFromFile('.keys/signing.json') }),
  listen: { port: Number(process.env['PORT'] ?? 8080) },
  routes: [
    {
      path: '/notes', // clients know it as https://mcp.example.com/notes
      upstream: 'http://127.0.0.1:8000/mcp', // Python, Go, Java, …
      policy: { tools: { list_notes: 'notes:read', delete_note: 'notes:write' } },
    },
    {
      path: '/weather',
      upstream: { url: 'http://127.0.0.1:8001/mcp', responseTimeoutSeconds: 30 },
      policy: { unlisted: 'authenticated' },
    },
  ],
})

const { url } = await gateway.listen()
console.log(`The gateway answers at ${url}`)
process.once('SIGTERM', () => void gateway.close())
