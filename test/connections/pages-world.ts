import { createServer } from 'node:http'
import type { AuditEvent } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import {
  type BrowserIdentity,
  type CreateConnectionsOptions,
  oauthService,
  secretService,
} from 'mcp-gatehouse/connections'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { type EmulatedGithub, type GithubOptions, startGithub } from 'mcp-gatehouse/testing'
import { EMBEDDED_ISSUER } from '../../src/authorization-server/interaction/embedded-sign-in.ts'
import { accountIdOf } from '../../src/authorization-server/upstream/account-id.ts'
import { type ConnectionPages, createConnectionPages } from '../../src/connections/browser/index.ts'
import type { ConnectionsCore } from '../../src/connections/connections.ts'
import { createConnectionsCore } from '../../src/connections/create-connections.ts'
import { type ConnectionOwner, ownerOfUser } from '../../src/connections/owner.ts'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'

export const GUIDE = 'Create a token at [Tracker](https://tracker.example/tokens), and **copy** it.'

/** An authorization server, connections and a service to connect, each on a loopback socket. */
export interface PagesWorld {
  readonly baseUrl: string
  readonly server: AuthorizationServer
  readonly core: ConnectionsCore
  readonly pages: ConnectionPages
  readonly github: EmulatedGithub
  readonly storage: Storage
  readonly events: AuditEvent[]
  /** What the tracker was asked: the values of the form. */
  readonly tried: Readonly<Record<string, string>>[]
  /** Plays an outage of the tracker. */
  readonly tracker: { isDown: boolean }
  /** Has the next request for a path stop before the pages: somebody closes the tab there. */
  stopAt(path: string): Promise<string>
  owner(username: 'alice' | 'bob'): ConnectionOwner
  /** A link that a tool call of this user leads to. */
  ask(
    username: 'alice' | 'bob',
    service?: string,
  ): Promise<{ readonly id: string; readonly url: string }>
  close(): Promise<void>
}

export interface PagesWorldOptions {
  readonly github?: GithubOptions
  readonly server?: Partial<CreateAuthorizationServerOptions>
  readonly connections?: Partial<CreateConnectionsOptions>
  readonly identity?: (server: AuthorizationServer, baseUrl: string) => BrowserIdentity
}

export async function startPagesWorld(options: PagesWorldOptions = {}): Promise<PagesWorld> {
  const http = createServer()
  const baseUrl = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const redirectUris = [`${baseUrl}/connect/github/callback`]
  const github = await startGithub({ redirectUris, ...options.github })
  const events: AuditEvent[] = []
  const onEvent = (event: AuditEvent): void => {
    events.push(event)
  }
  const storage = memory()
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }
  const server = await createAuthorizationServer({
    issuer: baseUrl,
    resources: { [`${baseUrl}/mcp`]: ['notes:read'] },
    scopes: { 'notes:read': 'Read your notes' },
    users: [
      { username: 'alice', password: 'wonderland' },
      { username: 'bob', password: 'builder' },
    ],
    brand: { name: 'Acme Notes' },
    storage,
    keys,
    allowInsecureLoopback: true,
    onEvent,
    ...options.server,
  })
  const tried: Readonly<Record<string, string>>[] = []
  const tracker = { isDown: false }
  const { core } = createConnectionsCore({
    baseUrl,
    storage,
    keys,
    identity: options.identity?.(server, baseUrl) ?? server,
    services: { github: githubService(github), tracker: trackerService(tried, tracker) },
    brand: { name: 'Acme Notes' },
    allowInsecureLoopback: true,
    onEvent,
    ...options.connections,
  })
  const pages = await createConnectionPages(core, { brand: { name: 'Acme Notes' } })
  http.keepAliveTimeout = 60_000
  const stops = new Map<string, (url: string) => void>()
  http.on('request', (req, res) => {
    const [path = ''] = (req.url ?? '').split('?')
    const stop = stops.get(path)
    if (stop !== undefined) {
      stops.delete(path)
      stop(baseUrl + req.url)
      res.writeHead(204).end()
      return
    }
    void pages.handler(req, res, () => void server.handler(req, res))
  })
  const owner = (username: string): ConnectionOwner =>
    ownerOfUser({
      issuer: baseUrl,
      subject: accountIdOf({ issuer: EMBEDDED_ISSUER, subject: username }),
    })
  return {
    baseUrl,
    server,
    core,
    pages,
    github,
    storage,
    events,
    tried,
    tracker,
    stopAt: (path) => new Promise((resolve) => stops.set(path, resolve)),
    owner,
    ask: (username, service = 'github') => {
      const purpose = { clientId: 'client-1', clientName: 'Assistant', operation: 'list_issues' }
      return core.requests.begin(owner(username), service, purpose)
    },
    close: async () => {
      await Promise.all([close(http), github.close()])
    },
  }
}

function githubService(github: EmulatedGithub) {
  return oauthService({
    title: 'GitHub',
    clientId: github.clientId,
    clientSecret: github.clientSecret,
    authorizationEndpoint: github.authorizationEndpoint,
    tokenEndpoint: github.tokenEndpoint,
    userInfoEndpoint: github.userInfoEndpoint,
    accountId: 'id',
    accountName: 'login',
    scopes: ['repo'],
    scopeTexts: { repo: 'Read and change your repositories' },
    apiOrigins: [github.apiUrl],
    allowInsecureLoopback: true,
  })
}

/** Its tokens are `<name>-token`. */
function trackerService(tried: Readonly<Record<string, string>>[], tracker: { isDown: boolean }) {
  return secretService({
    title: 'Tracker',
    guide: GUIDE,
    fields: {
      site: { label: 'Site', type: 'url', hint: 'Such as https://acme.tracker.example' },
      email: { label: 'Email address', type: 'string', required: false },
      token: { label: 'API token', type: 'password' },
      region: { label: 'Region', type: 'select', options: { eu: 'Europe', us: 'United States' } },
      note: { label: 'Note', type: 'textarea', required: false },
    },
    verify: (fields) => {
      tried.push({ ...fields })
      if (tracker.isDown) throw new Error(`unreachable with ${fields['token']}`)
      const [, name] = /^(\w+)-token$/.exec(fields['token'] ?? '') ?? []
      return name === undefined
        ? { errors: { token: 'Tracker does not know this token.' } }
        : { account: { id: name, name: `${name}@tracker.example` } }
    },
  })
}
