import type { Server } from 'node:http'

export interface Listening {
  readonly origin: string
  readonly close: () => Promise<void>
}

/** Binds a server to a free port of the loopback interface. */
export async function listen(server: Server): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not bound to a port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => close(server),
  }
}

function close(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.close((error) => (error === undefined ? resolve() : reject(error)))
  server.closeAllConnections()
  return promise
}
