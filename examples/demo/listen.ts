import { once } from 'node:events'
import type { Server } from 'node:http'

/**
 * Listens on this machine only: on the wanted port, or on a free one where another program has it.
 *
 * @returns The port.
 */
export async function listenOrElsewhere(server: Server, wanted: number): Promise<number> {
  try {
    return await listen(server, wanted)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    return listen(server, 0)
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}
