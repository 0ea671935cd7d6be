import { createServer } from 'node:http'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import { auth0, keycloak } from 'mcp-gatehouse/providers'
import { type CreateRelayOptions, createRelay, type Relay } from 'mcp-gatehouse/relay'
import { memory } from 'mcp-gatehouse/storage'
import { type EmulatedProvider, startAuth0, startKeycloak } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { onNodeHttp } from '../e2e/servers/node-http.ts'

/** A relay, the provider behind it, and an MCP server that verifies the provider's tokens. */
export interface RelayWorld {
  readonly issuer: string
  /** URL of the MCP server, and its resource identifier. */
  readonly resource: string
  readonly provider: EmulatedProvider
  readonly relay: Relay
  readonly options: CreateRelayOptions
  readonly events: readonly AuditEvent[]
  /** The reasons of refused grants, tokens and failed sign-ins, in their order. */
  reasons(): readonly string[]
}

/** How a world differs from the usual one. */
export interface RelayWorldOptions {
  readonly provider?: 'Auth0' | 'Keycloak'
  /** The path of the issuer. @defaultValue none */
  readonly path?: string
  readonly providerOptions?: Parameters<typeof startAuth0>[0] & Parameters<typeof startKeycloak>[0]
  readonly options?: (usual: CreateRelayOptions) => Partial<CreateRelayOptions>
}

/** Starts a world, until the test is done. */
export async function startRelay(world: RelayWorldOptions = {}): Promise<RelayWorld> {
  const { provider: name = 'Keycloak', path = '', providerOptions } = world
  const http = createServer()
  http.keepAliveTimeout = 60_000
  const address = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  const issuer = `${address}${path}`
  const resource = `${address}/mcp`
  const { provider, ...upstream } = await UPSTREAMS[name](resource, path, providerOptions)
  const events: AuditEvent[] = []
  const usual: CreateRelayOptions = {
    issuer,
    resource,
    ...upstream,
    storage: memory(),
    keys: { cookies: await newRing('cookies') },
    allowInsecureLoopback: true,
    onEvent: (event) => {
      events.push(event)
    },
  }
  const options = { ...usual, ...world.options?.(usual) }
  const relay = await createRelay(options)
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [relay.authorizationServer],
    allowInsecureLoopback: true,
  })
  const mcp = await onNodeHttp(gatehouse, '/mcp')
  http.on('request', (req, res) => void relay.handler(req, res, () => mcp(req, res)))
  onTestFinished(async () => {
    await Promise.all([close(http), provider.close()])
  })
  const reasons = (): readonly string[] =>
    events.flatMap((event) => ('reason' in event ? [event.reason] : []))
  return { issuer, resource, provider, relay, options, events, reasons }
}

type Upstream = Pick<CreateRelayOptions, 'audienceFrom' | 'scopes' | 'tokens' | 'upstream'> & {
  readonly provider: EmulatedProvider
}

const UPSTREAMS: Readonly<
  Record<
    'Auth0' | 'Keycloak',
    (
      resource: string,
      path: string,
      options: RelayWorldOptions['providerOptions'],
    ) => Promise<Upstream>
  >
> = {
  async Auth0(resource, path, options) {
    const redirectUris = [`http://127.0.0.1${path}/callback/auth0`]
    const provider = await startAuth0({ audience: resource, redirectUris, ...options })
    const { issuer: domain, clientId, clientSecret } = provider
    const credentials = { domain, clientId, clientSecret, allowInsecureLoopback: true }
    return {
      provider,
      upstream: auth0({ ...credentials, audience: resource }),
      tokens: auth0.issuer({ domain }),
      scopes: ['read:notes', 'write:notes'],
    }
  },
  async Keycloak(resource, path, options) {
    const redirectUris = [`http://127.0.0.1${path}/callback/keycloak`]
    const provider = await startKeycloak({ audience: resource, redirectUris, ...options })
    const { issuer, clientId, clientSecret } = provider
    const credentials = { issuer, clientId, clientSecret, allowInsecureLoopback: true }
    return {
      provider,
      upstream: keycloak(credentials),
      tokens: keycloak.issuer({ issuer }),
      audienceFrom: 'provider',
      scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Change your notes' },
    }
  },
}
