import {
  type AuditEvent,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import type { App, AppOptions, Handler, HandlerAnswer, Platform, Seen } from './platforms/index.ts'
import { PLATFORMS } from './platforms/index.ts'
import type { WireRequest } from './wire.ts'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const METADATA_URL = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'
export const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp'
export const SCOPE = 'notes:read'

const WEAK_TOKENS = 400

/** Tokens by what is right or wrong with them. */
export interface Tokens {
  readonly good: string
  /** Another user's, as good. */
  readonly other: string
  /** Valid, without the scope. Another user's each time: nobody is challenged again and again. */
  readonly weak: string
  readonly expired: string
  /** Of the right issuer, for another resource. */
  readonly foreign: string
  /** Of an issuer whose keys cannot be read. */
  readonly unverifiable: string
}

/** One resource server on every platform. */
export interface World {
  readonly issuer: TokenIssuer
  readonly gatehouse: ResourceServer
  readonly tokens: Tokens
  readonly apps: readonly (readonly [name: string, app: App])[]
  /** What handlers were given since the last look. */
  takeSeen(): readonly Seen[]
  /** Events since the last look, one per request. */
  takeEvents(): readonly AuditEvent[]
  close(): Promise<void>
}

export interface WorldOptions {
  readonly server?: Partial<Omit<ResourceServerOptions, 'authorizationServers' | 'onEvent'>>
  readonly app?: Pick<AppOptions, 'mountPath' | 'parser'>
  readonly handler?: Handler
  readonly platforms?: readonly Platform[]
}

const HANDLED: HandlerAnswer = { headers: [['Content-Type', 'text/plain']], body: 'handled' }

/** Starts issuers, a resource server, and one application of it per platform. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { server, app, handler = () => HANDLED, platforms = PLATFORMS } = options
  const events: AuditEvent[] = []
  const seen: Seen[] = []
  const [issuer, brokenIssuer] = await Promise.all([createTokenIssuer(), createTokenIssuer()])
  brokenIssuer.respond('/jwks', { status: 500, body: '{}' })

  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer, brokenIssuer.issuer],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    ...server,
    onEvent: (event) => void events.push(event),
  })
  const record: Handler = (facts) => {
    seen.push(facts)
    return handler(facts)
  }
  const apps = await Promise.all(
    platforms.map(
      async (platform) =>
        [platform.name, await platform.start({ gatehouse, handler: record, ...app })] as const,
    ),
  )
  events.length = 0

  return {
    issuer,
    gatehouse,
    tokens: await mintTokens(gatehouse.resource, issuer, brokenIssuer),
    apps,
    takeSeen: () => seen.splice(0),
    takeEvents: () => events.splice(0),
    async close() {
      await Promise.all([
        ...apps.map(([, running]) => running.close()),
        issuer.close(),
        brokenIssuer.close(),
      ])
    },
  }
}

async function mintTokens(
  aud: string,
  issuer: TokenIssuer,
  brokenIssuer: TokenIssuer,
): Promise<Tokens> {
  const now = Math.floor(Date.now() / 1000)
  const weak = await Promise.all(
    Array.from({ length: WEAK_TOKENS }, (_, index) =>
      issuer.mint({ aud, scope: 'offline_access', sub: `weak-${index}` }),
    ),
  )
  const [good, other, expired, foreign, unverifiable] = await Promise.all([
    issuer.mint({ aud, scope: SCOPE }),
    issuer.mint({ aud, scope: SCOPE, sub: 'bob' }),
    issuer.mint({ aud, scope: SCOPE, iat: now - 600, exp: now - 300 }),
    issuer.mint({ aud: 'https://other.example.com/mcp', scope: SCOPE }),
    brokenIssuer.mint({ aud, scope: SCOPE }),
  ])
  let taken = 0
  return {
    good,
    other,
    get weak() {
      return weak[taken++ % WEAK_TOKENS] ?? ''
    },
    expired,
    foreign,
    unverifiable,
  }
}

/** The `Authorization` line of a bearer token. */
export function bearer(token: string): readonly [name: string, value: string] {
  return ['Authorization', `Bearer ${token}`]
}

/** A POST of JSON. */
export function post(body: unknown, ...headers: (readonly [string, string])[]): WireRequest {
  return {
    method: 'POST',
    headers: [['Content-Type', 'application/json'], ...headers],
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }
}

/** A JSON-RPC request. */
export function call(id: unknown, method = 'tools/list'): Readonly<Record<string, unknown>> {
  return { jsonrpc: '2.0', id, method }
}
