import { once } from 'node:events'
import type { Server } from 'node:http'

/** Listens on this machine only. @returns The port; for port 0 the one that was free. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

/** Starts on the wanted port, or on a free one where another program has it. */
export async function orOnFreePort<Started>(
  wanted: number,
  start: (port: number) => Promise<Started>,
): Promise<Started> {
  try {
    return await start(wanted)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    return start(0)
  }
}
