/**
 * One of any number of processes that are one server: what they share is a database and key files.
 *
 * @module
 */
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createKeyRing, type KeyUse, keysFromFile } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { openStorage, sealed } from 'mcp-gatehouse/storage'
import { buildServer } from '../quick-start/server.ts'

const { PUBLIC_URL: issuer = '', DATABASE_URL = '', SCHEMA, KEYS, PORT } = process.env
const resource = `${issuer}/mcp`
const openKeys = (use: KeyUse) =>
  createKeyRing({ use, source: keysFromFile(`${KEYS}/${use}.json`) })

const { handler, verifier, revocations } = await createAuthorizationServer({
  issuer,
  resources: { [resource]: ['notes:read'] },
  scopes: { 'notes:read': 'Read your notes' },
  users: [{ username: 'alice', password: 'wonderland' }],
  storage: await sealed(
    await openStorage(DATABASE_URL, { schema: SCHEMA }),
    await openKeys('storage'),
  ),
  keys: { signing: await openKeys('signing'), cookies: await openKeys('cookies') },
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

createServer((req, res) => void handler(req, res, () => mcp(req, res)))
  .listen(Number(PORT), '127.0.0.1')
  .once('listening', () => process.send?.('listening'))
