import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { openStorage } from 'mcp-gatehouse/storage'
import { buildServer } from './server.ts'

const port = Number(process.env.PORT ?? 4000)
const issuer = `http://127.0.0.1:${port}`
const resource = `${issuer}/mcp`

const { handler, verifier, revocations } = await createAuthorizationServer({
  issuer,
  resources: { [resource]: ['notes:read', 'notes:write'] },
  scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' },
  users: [{ username: 'alice', password: 'wonderland' }],
  storage: await openStorage('memory:'),
  keys: {
    signing: await createKeyRing({ use: 'signing', source: keysFromFile('.keys/signing.json') }),
    cookies: await createKeyRing({ use: 'cookies', source: keysFromFile('.keys/cookies.json') }),
  },
  allowInsecureLoopback: true,
})

const gatehouse = createResourceServer({
  resource,
  authorizationServers: [issuer],
  requiredScopes: ['notes:read'],
  verifier,
  revocations,
  allowInsecureLoopback: true,
})
const mcp = protect(gatehouse, toNodeHandler(createMcpHandler(buildServer)))

createServer((req, res) => void handler(req, res, () => mcp(req, res))).listen(port, '127.0.0.1')
