import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ListenOptions } from './options.ts'

/** Node waits for 60 and 300 seconds, and looks every 30: whoever is slow holds a socket for long. */
const HEADERS_MILLISECONDS = 10_000
const REQUEST_MILLISECONDS = 13_000
const CHECK_MILLISECONDS = 1_000
/** Longer than load balancers keep theirs (60 s), so that they close first. */
const KEEP_ALIVE_MILLISECONDS = 65_000
const MAX_HEADER_BYTES = 16_384
const MAX_CONNECTIONS = 20_000

/** Creates a server that waits for nobody, and whose parser is strict whatever Node was told. */
export function createStrictServer(listener: RequestListener): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      requireHostHeader: true,
      joinDuplicateHeaders: false,
      headersTimeout: HEADERS_MILLISECONDS,
      requestTimeout: REQUEST_MILLISECONDS,
      connectionsCheckingInterval: CHECK_MILLISECONDS,
      keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAlive: true,
    },
    listener,
  )
  server.maxConnections = MAX_CONNECTIONS
  return server
}

/** @returns The origin that the server answers at. */
export async function startServer(
  server: Server,
  { host, port }: Required<ListenOptions>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise
  server.off('error', reject)
  const address = server.address() as AddressInfo
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${name}:${address.port}`
}

/** Accepts no further connection; resolves when the last one is closed. */
export function stopServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (!server.listening) return Promise.resolve()
  server.close(() => resolve())
  return promise
}
