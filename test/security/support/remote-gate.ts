import { type AuditEvent, createResourceServer, type TokenVerifier } from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished } from 'vitest'

export const RESOURCE = 'https://mcp.example.com/mcp'
export const SCOPE = 'notes:read'
export const CLIENT = { clientId: 'notes-mcp', clientSecret: 's3cr3t-of-the-resource-server' }

/** What came of a request: status, audit event, its reason or the code of its error. */
export type Outcome = readonly [status: number, type: string, detail?: string]

export const ALLOWED: Outcome = [200, 'auth.allow']

/** A resource server whose tokens somebody else is asked about. */
export interface RemoteGate {
  ask(token: string): Promise<Outcome>
  readonly seen: readonly AuditEvent[]
}

export interface RemoteGateOptions {
  readonly verifier: TokenVerifier
  readonly issuer: string
  readonly audience?: string
  readonly requiredScopes?: readonly string[]
  /** Seconds since the epoch. */
  readonly now?: () => number
}

/** Starts a gate; checks of each request that one event is emitted, and that no token is in it. */
export function createRemoteGate({
  verifier,
  issuer,
  audience,
  requiredScopes = [SCOPE],
  now = () => Math.floor(Date.now() / 1_000),
}: RemoteGateOptions): RemoteGate {
  const seen: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [{ issuer, ...(audience !== undefined && { audience }) }],
    requiredScopes,
    allowInsecureLoopback: true,
    verifier,
    clock: { now, elapsed: () => now() * 1_000 },
    onEvent: (event) => void seen.push(event),
  })
  const handle = gatehouse.protect(() => new Response('handled'))
  return {
    seen,
    async ask(token) {
      const before = seen.length
      const headers = { Authorization: `Bearer ${token}` }
      const answer = await handle(new Request(RESOURCE, { headers }))
      const events = seen.slice(before)
      expect(events).toHaveLength(1)
      expectNoToken(events, token)
      const [event] = events
      expect(answer.headers.has('retry-after')).toBe(answer.status === 503)
      if (event?.type === 'auth.deny') return [answer.status, event.type, event.reason]
      if (event?.type === 'dep.unavailable') {
        return [answer.status, event.type, (event.error as { code?: string }).code ?? 'none']
      }
      return [answer.status, event?.type ?? 'none']
    },
  }
}

/** Fails where a token or a secret is in an event, in an error or in one of its causes. */
export function expectNoToken(events: readonly AuditEvent[], token: string): void {
  const written = events.map(
    (event) => JSON.stringify(event) + ('error' in event ? texts(event.error) : ''),
  )
  expect(written.filter((text) => text.includes(token))).toEqual([])
  expect(written.filter((text) => text.includes(CLIENT.clientSecret))).toEqual([])
}

function texts(error: unknown): string {
  return error instanceof Error
    ? `${error.message} ${error.stack} ${texts(error.cause)}`
    : String(error)
}

/** An issuer whose metadata names an introspection endpoint, which answers what it is told. */
export async function startIntrospectedIssuer(): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  issuer.metadata['introspection_endpoint'] = `${issuer.issuer}/introspect`
  return issuer
}

/** Claims of an introspection response that is good, with these changes; `undefined` leaves one out. */
export function goodAnswer(issuer: string, changes: object = {}): Record<string, unknown> {
  return {
    active: true,
    iss: issuer,
    aud: RESOURCE,
    sub: 'alice',
    client_id: 'client-1',
    scope: SCOPE,
    token_type: 'Bearer',
    exp: Math.floor(Date.now() / 1_000) + 300,
    ...changes,
  }
}
