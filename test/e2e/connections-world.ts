import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { McpServer as McpServerV1 } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import {
  type Connections,
  type Credential,
  createConnections,
  type RequireOptions,
} from 'mcp-gatehouse/connections'
import { protect } from 'mcp-gatehouse/node'
import { memory } from 'mcp-gatehouse/storage'
import { startGithub } from 'mcp-gatehouse/testing'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { emulatedGithub } from '../connections/emulated-github.ts'

type Handler = Parameters<typeof protect>[1]
type Build = (connections: Connections<'github'>) => Handler

/** SDK v2: 2026-07-28, and earlier revisions without sessions. */
export const perRequest: Build = (connections) =>
  toNodeHandler(
    createMcpHandler(() => {
      const { requestState } = connections
      const server = new McpServer({ name: 'issues', version: '1' }, { requestState })
      server.registerTool('whoami', {}, connections.require('github', whoami))
      return server
    }),
  )

/** SDK v1 with sessions: 2025-11-25. */
export function withSessions(options: RequireOptions): Build {
  return (connections) => {
    const sessions = new Map<string, StreamableHTTPServerTransport>()
    return async (req, res, body) => {
      let transport = sessions.get(String(req.headers['mcp-session-id']))
      if (transport === undefined) {
        const opened = new StreamableHTTPServerTransport({
          sessionIdGenerator: randomUUID,
          onsessioninitialized: (id) => void sessions.set(id, opened),
        })
        const server = new McpServerV1({ name: 'issues', version: '1' })
        server.registerTool('whoami', {}, connections.require('github', whoami, options))
        await server.connect(opened)
        transport = opened
      }
      await transport.handleRequest(req as never, res, body)
    }
  }
}

/** Says whose account at GitHub it is, once the token there is known to be good. */
async function whoami({ github }: { readonly github: Credential }) {
  await github.accessToken()
  return { content: [{ type: 'text' as const, text: github.account.name }] }
}

/** A server that needs the GitHub account of its users, with all that they sign in at. */
export async function startConnectionsWorld(build: Build) {
  const http = createServer()
  const baseUrl = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const resource = `${baseUrl}/mcp`
  const redirectUris = [`${baseUrl}/connect/github/callback`]
  const github = await startGithub({ redirectUris })
  const storage = memory()
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }
  const server = await createAuthorizationServer({
    issuer: baseUrl,
    resources: { [resource]: ['notes:read'] },
    scopes: { 'notes:read': 'Read your notes' },
    users: [
      { username: 'alice', password: 'wonderland' },
      { username: 'bob', password: 'builder' },
    ],
    storage,
    keys,
    allowInsecureLoopback: true,
  })
  const connections = await createConnections({
    baseUrl,
    storage,
    keys,
    identity: server,
    services: {
      github: emulatedGithub(github),
    },
    allowInsecureLoopback: true,
  })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [baseUrl],
    verifier: server.verifier,
    challengeScopes: ['notes:read'],
    allowInsecureLoopback: true,
  })
  const mcp = protect(gatehouse, build(connections))
  http.on('request', (req, res) => {
    const signIn = (): void => void server.handler(req, res, () => mcp(req, res))
    void connections.handler(req, res, signIn)
  })
  return {
    resource,
    github,
    close: async () => {
      await Promise.all([close(http), github.close()])
    },
  }
}
