import { createServer, type RequestListener, type Server } from 'node:http'

export function createBoundedServer(listener: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1_000,
    },
    listener,
  )
  server.maxHeadersCount = 100
  server.maxConnections = 10_000
  return server
}
