import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A redirect URI on this machine (RFC 8252 §7.3). */
export interface CallbackListener {
  readonly redirectUri: string
  /** The authorization response with this `state`; rejects after the time. */
  next(state: string, timeoutSeconds: number): Promise<URL>
  close(): Promise<void>
}

const PATH = '/callback'
const HEADERS = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'",
  'Referrer-Policy': 'no-referrer',
  Connection: 'close',
}

/** Listens on 127.0.0.1; what has another `state` is of somebody else, and is 404. */
export async function listenForCallback(port: number): Promise<CallbackListener> {
  const waiting = new Map<string, (url: URL) => void>()
  const server = createServer((req, res) => {
    const url = new URL(req.url ?? '/', redirectUri)
    const state = url.searchParams.get('state') ?? ''
    const resolve = url.pathname === PATH ? waiting.get(state) : undefined
    waiting.delete(state)
    res.writeHead(resolve === undefined ? 404 : 200, HEADERS)
    res.end(resolve === undefined ? 'Not found.\n' : 'Done. Go back to the terminal.\n')
    resolve?.(url)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
  return {
    redirectUri,
    next: async (state, timeoutSeconds) => {
      const { promise, resolve, reject } = Promise.withResolvers<URL>()
      waiting.set(state, resolve)
      const late = new Error(`nobody came back within ${timeoutSeconds} s`)
      const timer = setTimeout(() => reject(late), timeoutSeconds * 1_000)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        waiting.delete(state)
      }
    },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
