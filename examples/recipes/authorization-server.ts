import { createServer, type Server } from 'node:http'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { openStorage } from 'mcp-gatehouse/storage'

export async function startAuthorizationServer(): Promise<Server> {
  const { handler } = await createAuthorizationServer({
    issuer: 'http://127.0.0.1:4000',
    resources: { 'http://127.0.0.1:3000/mcp': ['notes:read', 'notes:write'] },
    scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' },
    users: [{ username: 'alice', password: 'wonderland' }],
    storage: await openStorage('memory:'),
    keys: {
      signing: await createKeyRing({ use: 'signing', source: keysFromFile('./signing.json') }),
      cookies: await createKeyRing({ use: 'cookies', source: keysFromFile('./cookies.json') }),
    },
    allowInsecureLoopback: true,
  })
  return createServer((req, res) => void handler(req, res)).listen(4000, '127.0.0.1')
}
