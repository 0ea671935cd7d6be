import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'

export { ACCOUNT, connectionFor, genericAt } from './connection-data.ts'

/** A request that has arrived. */
export interface SeenRequest {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A service whose answers a test writes. */
export interface CannedService {
  readonly origin: string
  readonly seen: readonly SeenRequest[]
  /** Of a method and path, such as `POST /token`. */
  readonly requestsTo: (line: string) => readonly SeenRequest[]
  answer: (request: SeenRequest, res: ServerResponse) => Promise<void> | void
}

export async function startCannedService(answer: CannedService['answer']): Promise<CannedService> {
  const seen: SeenRequest[] = []
  const service = { answer }
  const server = createServer((req, res) => {
    const body: Buffer[] = []
    req.on('data', (chunk: Buffer) => body.push(chunk))
    req.on('end', () => {
      const { pathname } = new URL(req.url ?? '/', 'http://127.0.0.1')
      const request = {
        line: `${req.method} ${pathname}`,
        headers: req.headers,
        body: Buffer.concat(body).toString(),
      }
      seen.push(request)
      void service.answer(request, res)
    })
  })
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  onTestFinished(() => close(server))
  return Object.assign(service, {
    origin,
    seen,
    requestsTo: (line: string) => seen.filter((request) => request.line === line),
  })
}

export function sendJson(
  res: ServerResponse,
  body: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify(body))
}

/**
 * A service whose refresh tokens work once: `rt-0` brings `at-1` and `rt-1`. Its API takes the last
 * access token alone.
 */
export async function startRotatingService(
  more: { readonly expiresIn?: number | undefined } = {},
): Promise<CannedService & { readonly refreshes: () => number }> {
  const { expiresIn = 300 } = more
  let generation = 0
  const service = await startCannedService(({ line, headers, body }, res) => {
    if (line === 'POST /token') {
      const form = new URLSearchParams(body)
      if (form.get('refresh_token') !== `rt-${generation}`) {
        sendJson(res, { error: 'invalid_grant' }, 400)
        return
      }
      generation += 1
      const tokens = { access_token: `at-${generation}`, refresh_token: `rt-${generation}` }
      sendJson(res, { ...tokens, token_type: 'bearer', expires_in: expiresIn })
      return
    }
    if (line === 'POST /revoke') {
      sendJson(res, {})
      return
    }
    const isGood = headers.authorization === `Bearer at-${generation}`
    if (line === 'GET /user')
      sendJson(res, isGood ? { sub: '1', name: 'alice' } : {}, isGood ? 200 : 401)
    else sendJson(res, isGood ? { items: [] } : { error: 'expired' }, isGood ? 200 : 401)
  })
  return Object.assign(service, { refreshes: () => service.requestsTo('POST /token').length })
}
