import { once } from 'node:events'
import type { Server } from 'node:http'

/** Starts listening and returns the port; port 0 is a free one. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('listen: no port')
  return address.port
}

/** Stops listening and drops open connections. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
