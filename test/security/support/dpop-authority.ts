import { createServer } from 'node:http'
import { type AuditEvent, createResourceServer } from 'mcp-gatehouse'
import {
  type AuthorizationServer,
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { protect } from 'mcp-gatehouse/node'
import { memory, type Storage, sealed } from 'mcp-gatehouse/storage'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { newRing } from '../../authorization-server/world.ts'
import { handleNotes } from '../../e2e/servers/notes-server.ts'
import {
  ALICE,
  createAuthorizationRequest,
  REDIRECT_URI,
  register,
  type TokenAnswer,
} from '../../testing/flow.ts'
import { createDpopClient, type DpopClient, type ProofChanges } from './dpop-client.ts'

export const SCOPE = 'notes:read'

/** Replicas of an authorization server that binds tokens, and an MCP server, on one socket. */
export interface DpopAuthority {
  readonly issuer: string
  readonly resource: string
  readonly server: AuthorizationServer
  readonly events: readonly AuditEvent[]
  /** A new key of a client, whose proofs are for the token endpoint. */
  readonly createKey: () => Promise<DpopClient>
  /** A code of alice's for a new client, and the request that redeems it. */
  readonly issueCode: (
    parameters?: Readonly<Record<string, string>>,
    metadata?: Record<string, unknown>,
  ) => Promise<Record<string, string>>
  /** The answer to a code that was redeemed with this key. */
  readonly signIn: (key: DpopClient) => Promise<TokenAnswer>
  /** Asks the next replica, with a proof by a key, one that is made already, or none. */
  readonly post: (
    parameters: Readonly<Record<string, string>>,
    proof?: DpopClient | string,
  ) => Promise<TokenAnswer & { readonly headers: Headers }>
  readonly refresh: (answer: TokenAnswer, proof?: DpopClient | string) => Promise<TokenAnswer>
}

type Options = Partial<CreateAuthorizationServerOptions>

/** @param storages Of the replicas: the same store, opened so many times. */
export async function startDpopAuthority(
  options: Options = { dpop: {} },
  storages: readonly Storage[] = [memory()],
): Promise<DpopAuthority> {
  const http = createServer()
  const issuer = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
  onTestFinished(() => close(http))
  const resource = `${issuer}/mcp`
  const events: AuditEvent[] = []
  const document = { keys: [await generateKey({ use: 'storage' })] }
  const ring = await createKeyRing({ use: 'storage', source: keysFromFunction(() => document) })
  const keys = { signing: await newRing('signing'), cookies: await newRing('cookies') }
  const servers = await Promise.all(
    storages.map(async (storage) =>
      createAuthorizationServer({
        issuer,
        resources: { [resource]: [SCOPE] },
        users: [{ username: 'alice', password: 'wonderland' }],
        storage: await sealed(storage, ring),
        keys,
        allowInsecureLoopback: true,
        onEvent: (event) => void events.push(event),
        ...options,
      }),
    ),
  )
  const [server] = servers as unknown as readonly [AuthorizationServer]
  const { verifier, revocations } = server
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    requiredScopes: [SCOPE],
    verifier,
    revocations,
    allowInsecureLoopback: true,
    dpop: {},
  })
  const mcp = protect(gatehouse, handleNotes)
  let requests = 0
  http.on('request', (req, res) => {
    requests += 1
    const replica = servers[requests % servers.length] ?? server
    void replica.handler(req, res, () => mcp(req, res))
  })
  return { issuer, resource, server, events, ...createTokenClient(issuer) }
}

/** A public client that uses the endpoints by hand. */
function createTokenClient(
  issuer: string,
): Pick<DpopAuthority, 'createKey' | 'issueCode' | 'post' | 'refresh' | 'signIn'> {
  const url = `${issuer}/token`
  const createKey: DpopAuthority['createKey'] = () => createDpopClient(url, unixTime)
  const post: DpopAuthority['post'] = async (parameters, proof) => {
    const dpop = typeof proof === 'object' ? await proveRequest(proof) : proof
    const answer = await fetch(url, {
      method: 'POST',
      headers: { origin: 'https://app.example.com', ...(dpop !== undefined && { dpop }) },
      body: new URLSearchParams(parameters),
    })
    const body = (await answer.json()) as TokenAnswer['body']
    return { status: answer.status, body, headers: answer.headers }
  }
  const issueCode: DpopAuthority['issueCode'] = async (parameters, metadata) => {
    const { client } = await register(issuer, metadata)
    const clientId = String(client['client_id'])
    const { url: target, codeVerifier } = createAuthorizationRequest(issuer, clientId, parameters)
    const callback = await createScriptedBrowser().authorize(target, ALICE)
    return {
      grant_type: 'authorization_code',
      client_id: clientId,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: codeVerifier,
      redirect_uri: REDIRECT_URI,
    }
  }
  /** By refresh token: those of one client are its own. */
  const clientIds = new Map<unknown, string>()
  return {
    createKey,
    issueCode,
    post,
    async signIn(key) {
      const parameters = await issueCode()
      const answer = await post(parameters, key)
      clientIds.set(answer.body['refresh_token'], parameters['client_id'] ?? '')
      return answer
    },
    async refresh({ body }, proof) {
      const token = String(body['refresh_token'])
      const clientId = clientIds.get(token) ?? ''
      const parameters = {
        grant_type: 'refresh_token',
        client_id: clientId,
        refresh_token: token,
      }
      const answer = await post(parameters, proof)
      clientIds.set(answer.body['refresh_token'], clientId)
      return answer
    },
  }
}

/** A new proof for a request that has no access token. */
export function proveRequest(
  key: DpopClient,
  claims: ProofChanges['claims'] = {},
): Promise<string> {
  return key.prove('', { claims: { ath: undefined, ...claims } })
}

function unixTime(): number {
  return Math.floor(Date.now() / 1_000)
}
