import { createServer, type Server } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createKeyRing, type KeyRing, type KeyUse, keysFromFile } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { auth0 } from 'mcp-gatehouse/providers'
import { createRelay } from 'mcp-gatehouse/relay'
import { openStorage, sealed } from 'mcp-gatehouse/storage'
import { buildServer } from '../quick-start/server.ts'

const issuer = 'https://mcp.example.com'
const resource = `${issuer}/mcp`
const domain = 'acme.eu.auth0.com'

/** `keys` is the folder with cookies.json and storage.json. */
export async function openRelay(storageUrl: string, keys: string): Promise<Server> {
  const ring = (use: KeyUse): Promise<KeyRing> =>
    createKeyRing({ use, source: keysFromFile(`${keys}/${use}.json`) })
  const relay = await createRelay({
    issuer,
    resource,
    upstream: auth0({
      domain,
      clientId: 'K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja',
      clientSecret: process.env.AUTH0_CLIENT_SECRET,
      // The identifier of your API at Auth0.
      audience: resource,
    }),
    tokens: auth0.issuer({ domain }),
    scopes: { 'read:notes': 'Read your notes', 'write:notes': 'Change your notes' },
    storage: await sealed(await openStorage(storageUrl), await ring('storage')),
    keys: { cookies: await ring('cookies') },
  })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [relay.authorizationServer],
    requiredScopes: ['read:notes'],
  })
  const mcp = protect(gatehouse, toNodeHandler(createMcpHandler(buildServer)))
  return createServer((req, res) => void relay.handler(req, res, () => mcp(req, res)))
}
