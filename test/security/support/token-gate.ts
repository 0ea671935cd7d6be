import {
  type AuditEvent,
  createResourceServer,
  type Principal,
  type ResourceServer,
  type ResourceServerOptions,
  type TokenFailureReason,
} from 'mcp-gatehouse'
import { createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished } from 'vitest'
import { createTestClock, type TestClock } from './test-clock.ts'
import { createForge, type Forge, type ForgeAlgorithm } from './token-forge.ts'

/** Everything that came of one request, on the wire and in the audit log. */
export interface Outcome {
  readonly status: number
  readonly challenge: string | null
  readonly retryAfter: string | null
  readonly body: unknown
  /** The one audit event of the request: its type and its exact reason. */
  readonly audit: readonly [type: string, reason?: string]
  readonly handlerRan: boolean
}

type Claims = Readonly<Record<string, unknown>>

/** A protected resource, an issuer on a loopback socket, and the issuer's key in our hands. */
export interface TokenGate {
  readonly issuer: TokenIssuer
  readonly forge: Forge
  readonly clock: TestClock
  readonly resource: string
  readonly gatehouse: ResourceServer
  /** All audit events, those that belong to no request too. */
  readonly events: readonly AuditEvent[]
  /** Claims of a good token, with these changes; `undefined` leaves one out. */
  claims(changes?: Claims): Claims
  /** The header of a good token, with these changes. */
  header(changes?: Claims): Claims
  /** A signed token, good but for these changes. */
  token(claims?: Claims, header?: Claims): string
  ask(token: string): Promise<Outcome>
  /** Sends a token that must be admitted, and returns whose it is. */
  admit(token: string): Promise<Principal>
  admitted(): Outcome
  refused(reason: TokenFailureReason): Outcome
  /** How often the issuer was asked for this path. */
  reads(path: string): number
}

/** What {@link startTokenGate} can be told beside the options of the resource server. */
export interface TokenGateOptions extends Partial<ResourceServerOptions> {
  readonly algorithm?: ForgeAlgorithm
  /** An issuer that runs already, and its key. */
  readonly issuer?: TokenIssuer
  readonly forge?: Forge
  /** Options of the one authorization server beside its issuer. */
  readonly server?: Partial<Exclude<ResourceServerOptions['authorizationServers'][number], string>>
}

export const RESOURCE = 'https://h/mcp'
export const KEYS = '/jwks'
export const METADATA = '/.well-known/oauth-authorization-server'

const RESOURCE_METADATA = 'https://h/.well-known/oauth-protected-resource/mcp'
const SCOPE = 'notes:read'
const INVALID = 'The access token is invalid.'
const EXPIRED = 'The access token has expired.'
const REQUEST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })
const HANDLED = { jsonrpc: '2.0', id: 1, result: {} }

/** Starts a gate for one test; it is closed when the test is done. */
export async function startTokenGate(options: TokenGateOptions = {}): Promise<TokenGate> {
  const { algorithm, issuer = await startIssuer(), server, ...others } = options
  const { forge = createForge('key-1', algorithm), ...rest } = others
  issuer.jwks.keys.splice(0, Infinity, forge.jwk)
  const clock = createTestClock()
  const events: AuditEvent[] = []
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [{ issuer: issuer.issuer, ...server }],
    requiredScopes: [SCOPE],
    allowInsecureLoopback: true,
    clock,
    onEvent: (event) => {
      events.push(event)
    },
    correlationId: (header) => header('x-request-name') ?? '',
    ...rest,
  })
  const principals: Principal[] = []
  const ask = createAsk(gatehouse, events, principals)
  const claims = (changes: Claims = {}): Claims => ({
    ...goodClaims(issuer.issuer, gatehouse.resource, clock.now()),
    ...changes,
  })
  const header = (changes: Claims = {}): Claims => ({
    alg: forge.alg,
    typ: 'at+jwt',
    kid: forge.kid,
    ...changes,
  })
  return {
    issuer,
    forge,
    clock,
    resource: gatehouse.resource,
    gatehouse,
    events,
    claims,
    header,
    token: (claimChanges, headerChanges) => forge.sign(header(headerChanges), claims(claimChanges)),
    ask,
    async admit(token) {
      expect(await ask(token)).toEqual(ADMITTED)
      const principal = principals.at(-1)
      if (principal === undefined) throw new Error('admit: the handler saw no principal')
      return principal
    },
    admitted: () => ADMITTED,
    refused: (reason) => refusedOutcome(reason, gatehouse.metadataUrl),
    reads: (path) => issuer.requests.filter((request) => request.path === path).length,
  }
}

/** An issuer on a loopback socket, closed when the test is done. */
export async function startIssuer(): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  return issuer
}

export function goodClaims(issuer: string, audience: string, now: number): Claims {
  return {
    iss: issuer,
    sub: 'alice',
    aud: audience,
    client_id: 'client-1',
    scope: SCOPE,
    iat: now,
    exp: now + 300,
  }
}

const ADMITTED: Outcome = {
  status: 200,
  challenge: null,
  retryAfter: null,
  body: HANDLED,
  audit: ['auth.allow'],
  handlerRan: true,
}

/** U401 of the cases: one text for all, but for an expired token. */
function refusedOutcome(reason: TokenFailureReason, metadataUrl = RESOURCE_METADATA): Outcome {
  const text = reason === 'exp' ? EXPIRED : INVALID
  return {
    status: 401,
    challenge: `Bearer error="invalid_token", error_description="${text}", resource_metadata="${metadataUrl}", scope="${SCOPE}"`,
    retryAfter: null,
    body: { error: 'invalid_token', error_description: text },
    audit: ['auth.deny', reason],
    handlerRan: false,
  }
}

/** S503 of the cases. */
export function unavailable(code: string): Outcome {
  return {
    status: 503,
    challenge: null,
    retryAfter: '5',
    body: {
      error: 'temporarily_unavailable',
      error_description: 'The access token cannot be checked right now. Keep it and try again.',
    },
    audit: ['dep.unavailable', code],
    handlerRan: false,
  }
}

/** The answer to credentials that are no bearer token at all (RFC 6750 §3.1). */
export const MALFORMED: Outcome = {
  status: 400,
  challenge: `Bearer error="invalid_request", error_description="Send one Authorization header field with one bearer token, and the token nowhere else.", resource_metadata="${RESOURCE_METADATA}", scope="${SCOPE}"`,
  retryAfter: null,
  body: {
    error: 'invalid_request',
    error_description:
      'Send one Authorization header field with one bearer token, and the token nowhere else.',
  },
  audit: ['auth.deny', 'malformed_credentials'],
  handlerRan: false,
}

/** Sends a token and checks what holds after every case; requests may overlap. */
function createAsk(
  gatehouse: ResourceServer,
  events: readonly AuditEvent[],
  principals: Principal[],
): (token: string) => Promise<Outcome> {
  let asked = 0
  return async (token) => {
    asked += 1
    const name = `request-${asked}`
    let runs = 0
    const handle = gatehouse.protect((_request, { principal }) => {
      runs += 1
      principals.push(principal)
      return Response.json(HANDLED)
    })
    const answer = await handle(
      new Request(gatehouse.resource, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          'X-Request-Name': name,
        },
        body: REQUEST,
      }),
    )
    const own = events.filter((event) => 'correlationId' in event && event.correlationId === name)
    const outcome: Outcome = {
      status: answer.status,
      challenge: answer.headers.get('www-authenticate'),
      retryAfter: answer.headers.get('retry-after'),
      body: await answer.json(),
      audit: auditOf(own[0]),
      handlerRan: runs === 1,
    }
    expect(own, 'audit events of one request').toHaveLength(1)
    expect(JSON.stringify([outcome, own, [...answer.headers]])).not.toContain(canary(token))
    expectPristinePrototype()
    return outcome
  }
}

/** The part of a token that must not turn up anywhere; of a short one, nothing that could. */
function canary(token: string): string {
  return token.length < 24 ? '\0' : token.slice(-24)
}

function auditOf(event: AuditEvent | undefined): Outcome['audit'] {
  if (event?.type === 'auth.deny') return [event.type, event.reason]
  if (event?.type === 'dep.unavailable') {
    const { error } = event
    return [event.type, 'code' in error ? String(error.code) : error.message]
  }
  return [event?.type ?? 'none']
}

const PROTOTYPE = Object.getOwnPropertyDescriptors(Object.prototype)

/** No token and no document has reached `Object.prototype`. */
export function expectPristinePrototype(): void {
  expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(PROTOTYPE)
}
