import { setTimeout as sleep } from 'node:timers/promises'
import { sendBytes } from '../adapters/wire.ts'
import type { ClientRequest } from './balancer.ts'
import { HOSTILE_MARK } from './ledger.ts'
import type { EnduranceWorld } from './world.ts'

/** What somebody tries who has no right to it, and the one status that answers it. */
export interface Attempt {
  readonly name: string
  readonly request: ClientRequest
  readonly status: number
}

export function callOf(token: string, tool: string, text: string): ClientRequest {
  const params = { name: tool, arguments: { text } }
  return {
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  }
}

/** @param revoked Tokens of users that were revoked before anything else. */
export async function createAttempts(
  world: EnduranceWorld,
  revoked: string,
): Promise<readonly Attempt[]> {
  const good = await world.mint('mallory')
  const expired = await world.mint('mallory', { exp: Math.floor(Date.now() / 1_000) - 3_600 })
  const foreign = await world.issuer.mint({ sub: 'mallory', aud: 'https://other.example.com/mcp' })
  const call = (token: string, tool = 'echo') => callOf(token, tool, HOSTILE_MARK)
  const withHeaders = (headers: Readonly<Record<string, string>>): ClientRequest => {
    const request = call(good)
    return { ...request, headers: { ...request.headers, ...headers } }
  }
  const { authorization: _, ...anonymous } = call(good).headers
  const text = `${HOSTILE_MARK} ${'x'.repeat(70_000)}`
  return [
    { name: 'no token', request: { ...call(good), headers: anonymous }, status: 401 },
    { name: 'a broken signature', request: call(`${good.slice(0, -8)}AAAAAAAA`), status: 401 },
    { name: 'an expired token', request: call(expired), status: 401 },
    { name: 'a token for another resource', request: call(foreign), status: 401 },
    { name: 'a revoked user', request: call(revoked), status: 401 },
    { name: 'a tool without the scope', request: call(good, 'wipe'), status: 403 },
    { name: 'a body that is too large', request: callOf(good, 'echo', text), status: 413 },
    { name: 'another path', request: { ...call(good), path: '/mcp/../admin' }, status: 404 },
    { name: 'another Origin', request: withHeaders({ origin: 'https://evil.test' }), status: 403 },
    {
      name: 'an unknown revision',
      request: withHeaders({ 'mcp-protocol-version': '2099-01-01' }),
      status: 400,
    },
    { name: 'no JSON', request: { ...call(good), body: `{"${HOSTILE_MARK}` }, status: 400 },
  ]
}

/** A request with two lengths, one that never ends, and one that is left while it is answered. */
export async function sendBroken(
  { balancer, ports }: EnduranceWorld,
  turn: number,
  forwarded: Readonly<Record<string, string>>,
): Promise<void> {
  const port = ports[turn % 2] ?? 0
  const head = `POST /mcp HTTP/1.1\r\nHost: mcp.example.com\r\nContent-Length: 3\r\n`
  const texts = [
    `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /${HOSTILE_MARK} HTTP/1.1\r\n\r\n`,
    `${head}Content-Length: 4\r\n\r\nabcd`,
    `GET /mcp HTTP/1.1\r\nHost: mcp.example.com\r\nX-Slow: `,
  ]
  const text = texts[turn % (texts.length + 1)]
  if (text === undefined) {
    const { headers, ...call } = callOf('none', 'echo', HOSTILE_MARK)
    await balancer.send({ ...call, headers: { ...headers, ...forwarded }, isAbandoned: true })
    return
  }
  // A gateway that is down answers nothing, and one that is not waits for no slow header.
  await Promise.race([sendBytes(port, text).catch(() => undefined), sleep(2_000)])
}
