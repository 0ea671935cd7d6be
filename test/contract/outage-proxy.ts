import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be taken away and given back. */
export interface OutageProxy {
  readonly port: number
  /** Ends all connections, and refuses new ones. */
  cut(): Promise<void>
  /** Lets nothing through any more, without telling anybody. */
  stall(): void
  /** Lets no answer through any more, of connections that there are. */
  silence(): void
  /** New connections work again; what was stalled stays so. */
  restore(): Promise<void>
  close(): Promise<void>
}

export async function openOutageProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<OutageProxy> {
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let isStalled = false
  const server = createServer((client) => {
    const upstream = connect(target)
    upstreams.add(upstream)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
      if (isStalled) socket.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function cut(): Promise<void> {
    for (const socket of sockets) socket.destroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  return {
    port,
    cut,
    stall() {
      isStalled = true
      for (const socket of sockets) socket.unpipe().pause()
    },
    silence() {
      for (const socket of upstreams) socket.unpipe().pause()
    },
    async restore() {
      isStalled = false
      if (server.listening) return
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    close: cut,
  }
}
