import { once } from 'node:events'
import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { createConnections, oauthService } from 'mcp-gatehouse/connections'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  type KeyUse,
  keysFromFunction,
} from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { services } from 'mcp-gatehouse/providers'
import { memory } from 'mcp-gatehouse/storage'
import * as z from 'zod'

/** The app that is registered at GitHub. */
export interface GithubApp {
  readonly clientId: string
  readonly clientSecret: string
  /** `https://github.com`, or that of another GitHub. */
  readonly base: string
  /** `https://api.github.com`, or that of another GitHub. */
  readonly api: string
}

/** An MCP server whose users bring their own GitHub account, and everything that they sign in at. */
export async function startGithubIssues(github: GithubApp, port = 0) {
  const http = createServer().listen(port, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : port}`
  const resource = `${baseUrl}/mcp`
  const storage = memory()
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }

  const authorizationServer = await createAuthorizationServer({
    issuer: baseUrl,
    resources: { [resource]: ['issues'] },
    scopes: { issues: 'Use your GitHub account' },
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
    services: {
      github: oauthService({
        profile: services.github,
        placeholders: { base: github.base, api: github.api },
        clientId: github.clientId,
        clientSecret: github.clientSecret,
        scopes: ['repo'],
        scopeTexts: { repo: 'Read your repositories and their issues' },
        allowInsecureLoopback: true,
      }),
    },
    allowInsecureLoopback: true,
  })

  function buildServer(): McpServer {
    const { requestState } = connections
    const server = new McpServer({ name: 'github-issues', version: '1.0.0' }, { requestState })
    server.registerTool(
      'list_issues',
      {
        description: 'Lists the issues of a repository that you can see',
        inputSchema: z.object({ repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/) }),
      },
      connections.require('github', async ({ repository }, credentials) => {
        const url = `${github.api}/repos/${repository}/issues`
        const answer = await credentials.github.fetch(url, {
          headers: { 'user-agent': 'github-issues' },
        })
        if (!answer.ok) throw new Error(`GitHub answers ${answer.status}`)
        const issues = z.array(z.object({ title: z.string() })).parse(await answer.json())
        const text = issues.map(({ title }) => title).join('\n')
        return { content: [{ type: 'text', text: `${credentials.github.account.name}:\n${text}` }] }
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
  return { baseUrl, resource, connections, http }
}

/** For an example that forgets everything; `keysFromFile` and others keep them. */
async function newRing(use: KeyUse): Promise<KeyRing> {
  const keys = [await generateKey({ use })]
  return createKeyRing({ use, source: keysFromFunction(() => ({ keys })) })
}
