import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { onTestFinished } from 'vitest'

/** A proxy that connects everybody to one port of this machine, until the test is done. */
export interface ConnectProxy {
  readonly port: number
  /** Of each `CONNECT`: its target, and its credentials. */
  readonly asked: readonly (readonly [string, string | undefined])[]
  close(): void
}

export async function startProxy(targetPort: number): Promise<ConnectProxy> {
  const asked: [string, string | undefined][] = []
  const server = createServer()
  server.on('connect', (req, socket) => {
    asked.push([req.url ?? '', req.headers['proxy-authorization']])
    const target = connect(targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(target).pipe(socket)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, asked, close: () => server.close() }
}
