import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { ServerIdentity } from './test-authority.ts'

/** A host of somebody else, on a loopback socket, until the test is done. */
export interface StrangerHost {
  readonly port: number
  /** Connections so far, also those that never became a request. */
  readonly connections: number
  /** What was asked for so far. */
  readonly requests: readonly StrangerRequest[]
}

export interface StrangerRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, unknown>>
  /** The name of the TLS handshake. */
  readonly servername: string | undefined
}

/** @param identity Without one it speaks plain HTTP. */
export async function startStrangerHost(
  listener: RequestListener,
  identity?: ServerIdentity,
  address = '127.0.0.1',
): Promise<StrangerHost> {
  const requests: StrangerRequest[] = []
  let connections = 0
  const record: RequestListener = (req, res) => {
    const { servername } = req.socket as TLSSocket
    const name = typeof servername === 'string' ? servername : undefined
    requests.push({ url: req.url ?? '', headers: req.headers, servername: name })
    listener(req, res)
  }
  const server = identity ? createTlsServer(identity, record) : createServer(record)
  server.on('connection', () => {
    connections += 1
  })
  // Clients that do not trust it hang up in the middle.
  server.on('tlsClientError', () => undefined)
  server.listen(0, address)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    requests,
    get connections() {
      return connections
    },
  }
}
