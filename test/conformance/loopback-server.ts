import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'

/** Something that listens on a loopback port until it is closed. */
export interface LoopbackServer {
  /** Scheme, address and port, without a path. */
  readonly origin: string
  readonly close: () => Promise<void>
}

/** Starts a server on a free port; `createListener` is told its origin. */
export async function listen(
  createListener: (origin: string) => RequestListener | Promise<RequestListener>,
): Promise<LoopbackServer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = originOf(server)
  server.on('request', await createListener(origin))
  return {
    origin,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function originOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not on a TCP port')
  return `http://${address.address}:${address.port}`
}
