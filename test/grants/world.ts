import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { type JWK, SignJWT } from 'jose'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { memory, type Storage, sealed } from 'mcp-gatehouse/storage'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { newRing } from '../authorization-server/world.ts'
import { handleNotes } from '../e2e/servers/notes-server.ts'

export const READ = 'notes:read'
export const WRITE = 'notes:write'
export const SECRET = 'a secret that has 32 characters or more'

/** What an endpoint answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

/** Replicas of an authorization server, and two MCP servers that it protects, on one socket. */
export interface GrantsWorld {
  readonly issuer: string
  readonly resource: string
  readonly otherResource: string
  readonly servers: readonly AuthorizationServer[]
  readonly events: readonly AuditEvent[]
  /** Asks one replica after the other. */
  readonly post: (
    parameters: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
    path?: string,
  ) => Promise<Answer>
  readonly metadata: () => Promise<Readonly<Record<string, unknown>>>
  /** Calls the tool `whoami` of a resource. */
  readonly whoami: (token: string, resource?: string) => Promise<Response>
}

type Options = Partial<CreateAuthorizationServerOptions>

/** @param options With the resources, which have their addresses by then. */
export async function startGrants(
  options: (world: { readonly resource: string; readonly otherResource: string }) => Options,
  storages: readonly Storage[] = [memory()],
): Promise<GrantsWorld> {
  const http = createServer()
  http.keepAliveTimeout = 60_000
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  onTestFinished(() => close(http))
  const [resource, otherResource] = [`${issuer}/mcp`, `${issuer}/other`]
  const events: AuditEvent[] = []
  const document = { keys: [await generateKey({ use: 'storage' })] }
  const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => document) })
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }
  const servers = await Promise.all(
    storages.map(async (storage) =>
      createAuthorizationServer({
        issuer,
        resources: { [resource]: [READ, WRITE], [otherResource]: [READ, WRITE] },
        users: [{ username: 'alice', password: 'wonderland', claims: { roles: ['admin'] } }],
        storage: await sealed(storage, ring),
        keys,
        allowInsecureLoopback: true,
        onEvent: (event) => void events.push(event),
        ...options({ resource, otherResource }),
      }),
    ),
  )
  const [server] = servers as unknown as readonly [AuthorizationServer]
  const guard = (url: string) =>
    protect(
      createResourceServer({
        resource: url,
        authorizationServers: [issuer],
        requiredScopes: [READ],
        verifier: server.verifier,
        revocations: server.revocations,
        allowInsecureLoopback: true,
        dpop: {},
      }),
      handleNotes,
    )
  const [mcp, other] = [guard(resource), guard(otherResource)]
  let requests = 0
  http.on('request', (req, res) => {
    requests += 1
    const replica = servers[requests % servers.length] ?? server
    const isOther = req.url?.includes('/other') === true
    void replica.handler(req, res, () => (isOther ? other : mcp)(req, res))
  })
  return {
    issuer,
    resource,
    otherResource,
    servers,
    events,
    post: (parameters, headers = {}, path = '/token') =>
      postForm(`${issuer}${path}`, parameters, headers),
    metadata: async () =>
      (await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()) as Record<
        string,
        unknown
      >,
    whoami: (token, url = resource) => callWhoami(url, token),
  }
}

async function postForm(
  url: string,
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  })
  const text = await answer.text()
  const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
  return { status: answer.status, headers: answer.headers, body }
}

function callWhoami(url: string, token: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'whoami', arguments: {} },
    }),
  })
}

/** The header of a client with a secret (RFC 6749 §2.3.1). */
export function basic(clientId: string, secret: string = SECRET): Record<string, string> {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** A client that authenticates with its private key (RFC 7523 §2.2). */
export interface KeyClient {
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
  readonly privateJwk: JWK
  /** The parameters that authenticate it; claims that are `undefined` are left out. */
  readonly authenticate: (
    clientId: string,
    audience: string,
    claims?: Readonly<Record<string, unknown>>,
    alg?: string,
  ) => Promise<Record<string, string>>
}

export function createKeyClient(): KeyClient {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privateJwk = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'k1' } as JWK
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', kid: 'k1' }] },
    privateJwk,
    async authenticate(clientId, audience, claims = {}) {
      const now = Math.floor(Date.now() / 1_000)
      const payload = {
        iss: clientId,
        sub: clientId,
        aud: audience,
        iat: now,
        exp: now + 60,
        jti: randomUUID(),
        ...claims,
      }
      const assertion = await new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .sign(privateKey)
      return {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }
    },
  }
}
