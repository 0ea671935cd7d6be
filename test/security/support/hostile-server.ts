import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server on a loopback socket that answers as it is told, until the test is done. */
export interface HostileServer {
  readonly origin: string
  /** Requests so far. */
  readonly count: number
}

export async function startHostileServer(listener: RequestListener): Promise<HostileServer> {
  let count = 0
  const server = createServer((request, response) => {
    count += 1
    listener(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    get count() {
      return count
    },
  }
}
