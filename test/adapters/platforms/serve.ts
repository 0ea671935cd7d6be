import { createServer, type RequestListener } from 'node:http'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { exchange, openExchange } from '../wire.ts'
import type { App } from './app.ts'

/** Serves a listener on a loopback socket. */
export async function serve(listener: RequestListener, routes?: readonly string[]): Promise<App> {
  const server = createServer(listener)
  const port = await listen(server, 0, '127.0.0.1')
  return {
    port,
    routes,
    send: (request) => exchange(port, request),
    open: (request) => openExchange(port, request),
    close: () => close(server),
  }
}
