import { once } from 'node:events'
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createConnections, secretService } from 'mcp-gatehouse/connections'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  type KeyUse,
  keysFromFunction,
} from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { memory } from 'mcp-gatehouse/storage'
import * as z from 'zod'

const GUIDE = `
1. Open **Settings → Tokens** in the tracker.
2. Create a token that may *read issues*, and copy it here.
`

/** The user's own token of a tracker: its form, and how it is tried before it is stored. */
function trackerService(tracker: string) {
  return secretService({
    title: 'Tracker',
    fields: { token: { label: 'Token', hint: 'It begins with trk_', pattern: 'trk_\\w+' } },
    guide: GUIDE,
    verify: async ({ token = '' }, { signal }) => {
      const headers = { authorization: `Token ${token}` }
      const answer = await fetch(`${tracker}/me`, { headers, signal })
      if (answer.status === 401) return { errors: { token: 'The tracker refuses this token.' } }
      return { account: z.object({ id: z.string(), name: z.string() }).parse(await answer.json()) }
    },
    authorize: ({ token }) => ({ authorization: `Token ${token}` }),
    apiOrigins: [tracker],
    allowInsecureLoopback: true,
  })
}

/** An MCP server whose users bring their own token of a tracker, and what they sign in at. */
export async function startTrackerTool(tracker: string) {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  const resource = `${baseUrl}/mcp`
  const storage = memory()
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }

  const authorizationServer = await createAuthorizationServer({
    issuer: baseUrl,
    resources: { [resource]: ['issues'] },
    scopes: { issues: 'Use your token of the tracker' },
    users: [{ username: 'alice', password: 'wonderland' }],
    storage,
    keys,
    allowInsecureLoopback: true,
  })
  const connections = await createConnections({
    baseUrl,
    storage,
    keys,
    identity: authorizationServer,
    services: { tracker: trackerService(tracker) },
    allowInsecureLoopback: true,
  })

  function buildServer(): McpServer {
    const { requestState } = connections
    const server = new McpServer({ name: 'tracker', version: '1.0.0' }, { requestState })
    server.registerTool(
      'my_issues',
      { description: 'Lists what is assigned to you' },
      connections.require('tracker', async (credentials) => {
        const answer = await credentials.tracker.fetch(`${tracker}/issues`)
        return { content: [{ type: 'text', text: await answer.text() }] }
      }),
    )
    return server
  }

  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [baseUrl],
    verifier: authorizationServer.verifier,
    challengeScopes: ['issues'],
    allowInsecureLoopback: true,
  })
  const mcp = protect(gatehouse, toNodeHandler(createMcpHandler(buildServer)))
  http.on('request', (req, res) => {
    const signIn = () => authorizationServer.handler(req, res, () => mcp(req, res))
    void connections.handler(req, res, () => void signIn())
  })
  return { resource, http }
}

/** For an example that forgets everything; `keysFromFile` and others keep them. */
async function newRing(use: KeyUse): Promise<KeyRing> {
  const keys = [await generateKey({ use })]
  return createKeyRing({ use, source: keysFromFunction(() => ({ keys })) })
}
