import {
  type AuditEvent,
  createResourceServer,
  type ResourceServer,
  type ResourceServerOptions,
} from 'mcp-gatehouse'
import { ISSUER, type Issuer, RESOURCE } from './issuer.ts'

export const METADATA_URL = 'https://mcp.example.com/.well-known/oauth-protected-resource/mcp'

/** A resource server that trusts the issuer, and the reasons of what it refused. */
export interface World {
  readonly gatehouse: ResourceServer
  readonly reasons: readonly string[]
}

export function createWorld(issuer: Issuer, options: Partial<ResourceServerOptions> = {}): World {
  const reasons: string[] = []
  const onEvent = (event: AuditEvent): void => {
    if (event.type === 'auth.deny') reasons.push(event.reason)
    if (event.type === 'dep.unavailable') reasons.push(event.type)
  }
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [ISSUER],
    requiredScopes: ['notes:read'],
    fetch: issuer.fetch,
    onEvent,
    ...options,
  })
  return { gatehouse, reasons }
}

/** A `tools/list` message to the protected endpoint. */
export function call(
  token: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Request {
  return new Request(RESOURCE, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/list' }),
  })
}

/** Status, challenge and body of an answer. */
export async function wireOf(
  answer: Response,
): Promise<{ status: number; challenge: string | null; body: unknown }> {
  const { status, headers } = answer
  const text = await answer.text()
  return {
    status,
    challenge: headers.get('www-authenticate'),
    body: text === '' ? null : JSON.parse(text),
  }
}

/** The answer of the gate where it must not let the request pass. */
export async function refusalOf(world: World, request: Request): Promise<Response> {
  const outcome = await world.gatehouse.authenticate(request)
  if (outcome instanceof Response) return outcome
  throw new Error(`admitted as ${outcome.principal.id}`)
}
