import type { AuditEvent } from 'mcp-gatehouse'
import { createGateway, type Gateway, type GatewayOptions } from 'mcp-gatehouse/gateway'
import { createKeyRing, generateKey, type KeyRing, keysFromFunction } from 'mcp-gatehouse/keys'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { exchange, openExchange, sendBytes, type WireRequest } from '../adapters/wire.ts'
import { ask } from '../conformance/eras.ts'
import { type RawUpstream, startRawUpstream } from './raw-upstream.ts'

export const PUBLIC_URL = 'https://mcp.example.com'
export const RESOURCE = `${PUBLIC_URL}/mcp`

const signingKeys = { keys: [await generateKey({ use: 'signing' })] }

/** A ring whose keys all worlds share, since nothing depends on which they are. */
export function createSigningRing(): Promise<KeyRing> {
  return createKeyRing({ use: 'signing', source: keysFromFunction(() => signingKeys) })
}

/** A gateway in front of an upstream that is nothing but HTTP, and the issuer that it trusts. */
export interface GatewayWorld {
  readonly gateway: Gateway
  readonly options: GatewayOptions
  readonly port: number
  readonly adminUrl: string | undefined
  readonly issuer: TokenIssuer
  readonly upstream: RawUpstream
  readonly events: AuditEvent[]
  mint(claims?: Readonly<Record<string, unknown>>): Promise<string>
  /** A `tools/call` of an old revision, which needs no mirrored fields. */
  call(token: string, more?: Partial<WireRequest>): WireRequest
  send(request: WireRequest): ReturnType<typeof exchange>
  open(request: WireRequest): ReturnType<typeof openExchange>
  bytes(text: string): Promise<string>
  close(): Promise<void>
}

export interface GatewayWorldOptions {
  readonly gateway?: Partial<GatewayOptions>
  readonly route?: Partial<GatewayOptions['routes'][number]>
  /** Seconds of the issuer's clock. */
  readonly now?: () => number
}

export async function openGatewayWorld(given: GatewayWorldOptions = {}): Promise<GatewayWorld> {
  const issuer = await createTokenIssuer(given.now && { now: given.now })
  const upstream = await startRawUpstream()
  const events: AuditEvent[] = []
  const options: GatewayOptions = {
    publicUrl: PUBLIC_URL,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    keys: await createSigningRing(),
    listen: { port: 0 },
    onEvent: (event) => void events.push(event),
    ...given.gateway,
    routes: given.gateway?.routes ?? [{ path: '/mcp', upstream: upstream.url, ...given.route }],
  }
  const gateway = await createGateway(options)
  const { url, adminUrl } = await gateway.listen()
  const port = Number(new URL(url).port)
  return {
    gateway,
    options,
    port,
    adminUrl,
    issuer,
    upstream,
    events,
    mint: (claims) => issuer.mint({ aud: RESOURCE, scope: 'notes:read', ...claims }),
    call: (token, more = {}) => ({ ...callOf(token), ...more }),
    send: (request) => exchange(port, request),
    open: (request) => openExchange(port, request),
    bytes: (text) => sendBytes(port, text),
    close: async () => {
      await gateway.close()
      await Promise.all([upstream.close(), issuer.close()])
    },
  }
}

function callOf(token: string): WireRequest {
  return ask('2025-11-25', token, 'tools/call', { name: 'echo', arguments: { text: 'hello' } })
}
