import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { type CannedService, sendJson, startCannedService } from '../connections/canned-service.ts'

/** A third-party service whose refresh tokens work once, and what it knows of the gateways. */
export interface Ledger extends Pick<CannedService, 'origin'> {
  /** Renewals of all users. */
  readonly renewals: number
  /** Refresh tokens that came a second time, by the user and when. */
  readonly reused: readonly { readonly user: string; readonly at: number }[]
  /** When the service gave a user tokens, by `performance.now()`. */
  readonly renewedAt: (user: string) => readonly number[]
  /** The refresh token that a user who connects is given. */
  connect(user: string): string
}

export async function startLedger(tokenSeconds: number): Promise<Ledger> {
  const generations = new Map<string, number>()
  const renewedAt = new Map<string, number[]>()
  const reused: { user: string; at: number }[] = []
  let renewals = 0
  const service = await startCannedService(({ body }, response) => {
    const token = new URLSearchParams(body).get('refresh_token') ?? ''
    const [user = '', generation] = token.split(' ')
    const current = generations.get(user) ?? 0
    if (Number(generation) !== current) {
      reused.push({ user, at: performance.now() })
      return sendJson(response, { error: 'invalid_grant' }, 400)
    }
    renewals += 1
    generations.set(user, current + 1)
    renewedAt.set(user, [...(renewedAt.get(user) ?? []), performance.now()])
    sendJson(response, {
      access_token: `${user} at ${current + 1}`,
      refresh_token: `${user} ${current + 1}`,
      token_type: 'bearer',
      expires_in: tokenSeconds,
    })
  })
  return {
    origin: service.origin,
    get renewals() {
      return renewals
    },
    reused,
    renewedAt: (user) => renewedAt.get(user) ?? [],
    connect: (user) => `${user} ${generations.get(user) ?? 0}`,
  }
}

/** The MCP server: says who it was told is calling, and whose token of the service came with it. */
export interface EchoUpstream {
  readonly url: string
  /** Texts that were never to come here. */
  readonly leaked: readonly string[]
  close(): Promise<void>
}

/** What no request says that may reach the upstream. */
export const HOSTILE_MARK = 'never-to-arrive'

export async function startEchoUpstream(): Promise<EchoUpstream> {
  const leaked: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    if (body.includes(HOSTILE_MARK)) leaked.push(body)
    const { id, params } = JSON.parse(body)
    const { sub } = decodeJwt((request.headers.authorization ?? '').slice('Bearer '.length))
    const [owner] = String(request.headers['x-service-token']).split(' ')
    const result = { sub, owner, text: params.arguments.text }
    sendJson(response, { jsonrpc: '2.0', id, result })
  }
  // Whoever leaves in the middle of a request is answered nothing.
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const port = await listen(server, 0, '127.0.0.1')
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    leaked,
    close: () => {
      server.closeAllConnections()
      return close(server)
    },
  }
}
