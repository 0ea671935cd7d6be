import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AuditEvent } from 'mcp-gatehouse'
import { createAuthorizationServer } from 'mcp-gatehouse/authorization-server'
import { type CreateConnectionsOptions, createConnections } from 'mcp-gatehouse/connections'
import { createGateway, type RouteOptions } from 'mcp-gatehouse/gateway'
import { memory } from 'mcp-gatehouse/storage'
import {
  createScriptedBrowser,
  type FormEntry,
  type GithubOptions,
  startGithub,
} from 'mcp-gatehouse/testing'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { emulatedGithub } from '../connections/emulated-github.ts'
import { type Respond, startRawUpstream } from './raw-upstream.ts'

export const ALICE = { username: 'alice', password: 'wonderland' }

export interface ConnectionsWorldOptions {
  readonly route?: Partial<RouteOptions>
  readonly github?: GithubOptions
  readonly services?: CreateConnectionsOptions['services']
}

/**
 * Two gateways behind one address, in front of an MCP server that is nothing but HTTP and reads
 * GitHub with whatever token it is given.
 */
export async function startConnectionsWorld(options: ConnectionsWorldOptions = {}) {
  const front = createServer()
  const publicUrl = `http://127.0.0.1:${await listen(front, 0, '127.0.0.1')}`
  const resource = `${publicUrl}/issues`
  const github = await startGithub({
    redirectUris: [`${publicUrl}/connect/github/callback`],
    ...options.github,
  })
  const upstream = await startRawUpstream()
  upstream.respond = createIssuesServer(github.userInfoEndpoint)
  const storage = memory()
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }
  const events: AuditEvent[] = []
  const onEvent = (event: AuditEvent): void => void events.push(event)
  const server = await createAuthorizationServer({
    issuer: publicUrl,
    resources: { [resource]: ['issues'] },
    scopes: { issues: 'Use your GitHub account' },
    users: [ALICE, { username: 'bob', password: 'builder' }],
    storage,
    keys,
    allowInsecureLoopback: true,
    onEvent,
  })

  async function createReplica() {
    const connections = await createConnections({
      baseUrl: publicUrl,
      storage,
      keys,
      identity: server,
      services: {
        github: emulatedGithub(github),
        ...options.services,
      },
      allowInsecureLoopback: true,
      onEvent,
    })
    const gateway = await createGateway({
      publicUrl,
      authorizationServers: [publicUrl],
      verifier: server.verifier,
      challengeScopes: ['issues'],
      keys: keys.signing,
      allowInsecureLoopback: true,
      connections,
      onEvent,
      routes: [
        {
          path: '/issues',
          upstream: upstream.url,
          connections: { github: { headers: { 'x-github-token': '{access_token}' } } },
          ...options.route,
        },
      ],
    })
    return { gateway, connections }
  }

  const replicas = [await createReplica(), await createReplica()] as const
  let turn = 0
  front.on('request', (message, response) => {
    const { gateway } = replicas[turn % 2 === 0 ? 0 : 1]
    if (/^\/(?:issues|connect|account|\.well-known\/oauth-protected)/.test(message.url ?? '')) {
      return gateway.handle(message, response)
    }
    return void server.handler(message, response)
  })
  return {
    publicUrl,
    resource,
    github,
    upstream,
    events,
    replicas,
    /** Has the other replica answer from now on. */
    switchReplica: () => void (turn += 1),
    close: async () => {
      await Promise.all(replicas.map(({ gateway }) => gateway.close()))
      await Promise.all([close(front), github.close(), upstream.close()])
    },
  }
}

export type ConnectionsWorld = Awaited<ReturnType<typeof startConnectionsWorld>>

/** A server of both eras; `whoami` says whose token it was given. */
function createIssuesServer(userUrl: string): Respond {
  return async ({ body, headers }, response) => {
    const { id, method, params } = JSON.parse(body || '{}') as {
      id?: number
      method?: string
      params?: { readonly name?: string; readonly protocolVersion?: string }
    }
    if (id === undefined) return response.writeHead(method === undefined ? 405 : 202).end()
    const answer = (result: object): void => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    }
    const complete = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }
    const serverInfo = { name: 'issues', version: '1' }
    const capabilities = { tools: {} }
    switch (method) {
      case 'server/discover':
        return answer({ ...complete, supportedVersions: ['2026-07-28'], capabilities, serverInfo })
      case 'initialize':
        response.setHeader('mcp-session-id', randomUUID())
        return answer({ protocolVersion: params?.protocolVersion, capabilities, serverInfo })
      case 'tools/list':
        return answer({
          ...complete,
          tools: ['whoami', 'ping'].map((name) => ({ name, inputSchema: { type: 'object' } })),
        })
      case undefined:
      default:
    }
    const token = String(headers['x-github-token'] ?? '')
    if (params?.name === 'ping') {
      return answer({
        ...complete,
        content: [{ type: 'text', text: token === '' ? 'nothing' : 'given' }],
      })
    }
    const user = await fetch(userUrl, { headers: { authorization: `Bearer ${token}` } })
    if (!user.ok) return response.writeHead(401).end()
    const { login } = (await user.json()) as { readonly login: string }
    return answer({ ...complete, content: [{ type: 'text', text: login }] })
  }
}

/** What alice does on the pages: ours, GitHub's, and ours again. */
const CONNECT: readonly FormEntry[] = [
  { button: 'Sign in' },
  { button: 'Sign in', fields: ALICE },
  { button: 'Connect' },
  { button: 'Sign in', fields: ALICE },
  { button: 'Allow' },
  { button: 'Yes, connect it' },
]

/** Opens a link in a browser of alice's own, and connects. @returns The title of the last page. */
export async function connectGithub(url: string): Promise<string> {
  const browser = createScriptedBrowser()
  let page = await browser.open(url)
  for (const entry of CONNECT) {
    if (page.kind !== 'page') throw new Error(`left for ${page.url}`)
    // oxlint-disable-next-line no-await-in-loop -- one page leads to the next
    page = await browser.submit(page, entry)
  }
  return page.kind === 'page' ? page.title : ''
}
