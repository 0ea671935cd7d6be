import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createLimits } from 'mcp-gatehouse/limits'
import { protect } from 'mcp-gatehouse/node'
import { afterAll, describe, expect, test } from 'vitest'
import type { WireRequest } from './wire.ts'
import { bearer, openWorld, SCOPE } from './world.ts'

// Requests at a time, on real sockets: one that the client gives up is over.

const gates: (() => void)[] = []
let isHeld = false

async function* heldBody(): AsyncGenerator<string> {
  yield 'begun'
  await new Promise<void>((resolve) => gates.push(resolve))
}

function pingOf(token: string): WireRequest {
  const headers = [bearer(token), ['Content-Type', 'application/json']] as const
  return { method: 'POST', headers, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }
}

/** Sends a ping and leaves the connection open. */
function leaveOpen(port: number, token: string): Socket {
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  socket.write(
    `POST /mcp HTTP/1.1\r\nHost: mcp.example.com\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  return socket
}

describe('requests of one principal at a time', async () => {
  const world = await openWorld({
    server: { limits: createLimits({ concurrentPerPrincipal: 2 }) },
    handler: () => ({
      headers: [['Content-Type', 'text/plain']],
      body: isHeld ? heldBody() : 'handled',
    }),
  })
  afterAll(() => world.close())
  const onSockets = world.apps.filter(([, { port }]) => port !== undefined)

  test.each(world.apps)('ends with the answer, however many there were (%s)', async (name, app) => {
    const sub = `one after the other on ${name}`
    const token = await world.issuer.mint({ aud: world.gatehouse.resource, scope: SCOPE, sub })
    for (let i = 0; i < 6; i += 1) {
      expect((await app.send(pingOf(token))).status).toBe(200)
    }
  })

  test.each(onSockets)('ends where the client leaves before its answer (%s)', async (name, app) => {
    const sub = `leaves on ${name}`
    const token = await world.issuer.mint({ aud: world.gatehouse.resource, scope: SCOPE, sub })
    isHeld = true
    const sockets = [1, 2].map(() => leaveOpen(app.port as number, token))
    const before = gates.length
    await expect.poll(() => gates.length - before).toBeGreaterThanOrEqual(2)
    isHeld = false
    expect((await app.send(pingOf(token))).status).toBe(429)
    for (const socket of sockets) socket.destroy()
    const status = async (): Promise<number> => (await app.send(pingOf(token))).status
    await expect.poll(status).toBe(200)
    for (const open of gates.splice(0)) open()
  })

  test('ends where a handler of node:http never answers and the client leaves', async () => {
    let isWaiting = true
    let waiting = 0
    const server = createServer(
      protect(world.gatehouse, (_request, response) => {
        waiting += 1
        if (!isWaiting) response.end('handled')
      }),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const sub = 'never answered'
    const token = await world.issuer.mint({ aud: world.gatehouse.resource, scope: SCOPE, sub })
    const sockets = [leaveOpen(port, token), leaveOpen(port, token)]
    await expect.poll(() => waiting).toBe(2)
    isWaiting = false
    const status = async (): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const url = `http://127.0.0.1:${port}/mcp`
      return (await fetch(url, { method: 'POST', headers, body: '{}' })).status
    }
    expect(await status()).toBe(429)
    for (const socket of sockets) socket.destroy()
    await expect.poll(status).toBe(200)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})
