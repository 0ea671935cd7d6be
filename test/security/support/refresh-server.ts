import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Answers one refresh; whatever it does not answer stays open. */
export type AnswerRefresh = (refreshToken: string, res: ServerResponse) => Promise<void> | void

/** The token endpoint of an upstream without ID tokens. */
export interface RefreshServer {
  readonly origin: string
  /** How many refreshes have arrived. */
  readonly count: number
  /** How many were open at once. */
  readonly most: number
  /** @defaultValue {@link rotate} */
  answer: AnswerRefresh
  /** Every refresh token works once, and brings the next: `rt-0`, `rt-1`, … */
  readonly rotate: AnswerRefresh
}

export async function startRefreshServer(): Promise<RefreshServer> {
  const counts = { count: 0, most: 0, open: 0, generation: 0 }
  const rotate: AnswerRefresh = (refreshToken, res) => {
    if (refreshToken !== `rt-${counts.generation}`) {
      sendJson(res, { error: 'invalid_grant' }, 400)
      return
    }
    counts.generation += 1
    const { generation } = counts
    sendJson(res, tokens(`at-${generation}`, { refresh_token: `rt-${generation}` }))
  }
  const state = { answer: rotate }
  const server = createServer((req, res) => {
    counts.count += 1
    counts.open += 1
    counts.most = Math.max(counts.most, counts.open)
    res.on('close', () => {
      counts.open -= 1
    })
    const body: Buffer[] = []
    req.on('data', (chunk: Buffer) => body.push(chunk))
    req.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(body).toString())
      void state.answer(form.get('refresh_token') ?? '', res)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return counts.count
    },
    get most() {
      return counts.most
    },
    get answer() {
      return state.answer
    },
    set answer(answer) {
      state.answer = answer
    },
    rotate,
  }
}

export function tokens(accessToken: string, more: object = {}): object {
  return { access_token: accessToken, token_type: 'bearer', expires_in: 300, ...more }
}

export function sendJson(res: ServerResponse, body: object, status = 200): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
