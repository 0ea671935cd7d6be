import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '../../src/pages/index.ts'

/** A server on a socket of its own, so that it is a site of its own to the browser. */
export interface PageServer {
  readonly origin: string
  /** Method and path of every request, oldest first, without those for the browser's own icon. */
  readonly requests: readonly string[]
  close(): Promise<void>
}

/** Listens on 127.0.0.1, at a port of the system's choice. */
export async function listen(
  handle: (req: IncomingMessage, res: ServerResponse) => void,
): Promise<PageServer> {
  const requests: string[] = []
  const server = createServer((req, res) => {
    if (req.url === '/favicon.ico') {
      res.writeHead(404).end()
      return
    }
    requests.push(`${req.method} ${req.url}`)
    handle(req, res)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends a page, with other headers where they are given. */
export function send(
  res: ServerResponse,
  page: Page,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(page.status, { ...page.headers, ...headers }).end(page.html)
}
