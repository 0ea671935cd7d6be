import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { createBoundedServer } from '../../examples/recipes/limits-node.ts'

// The gate on node:http with the settings of docs/limits.md.

const MEBIBYTE = 1_048_576
let handled = 0
const issuer = await createTokenIssuer()
const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
  maxBodyBytes: MEBIBYTE,
})
const server: Server = createBoundedServer(
  protect(gatehouse, (_request, response) => {
    handled += 1
    response.end('handled')
  }),
)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
const token = await issuer.mint({ aud: gatehouse.resource })
afterAll(async () => {
  server.closeAllConnections()
  await Promise.all([new Promise((resolve) => server.close(resolve)), issuer.close()])
})

/** What comes back for these bytes until the server closes the connection. */
async function talk(...parts: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  let received = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    received += text
  })
  // A server that has answered need not read the rest.
  socket.on('error', () => undefined)
  for (const part of parts) socket.write(part)
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return received
}

function statusesOf(received: string): readonly number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
}

const HEAD = [
  'POST /mcp HTTP/1.1',
  'Host: mcp.example.com',
  `Authorization: Bearer ${token}`,
  'Content-Type: application/json',
]
const head = (...fields: readonly string[]): string =>
  `${[...HEAD, ...fields].join('\r\n')}\r\n\r\n`
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
const LONG = ' '.repeat(MEBIBYTE + 1)

async function isServing(): Promise<boolean> {
  const received = await talk(head(`Content-Length: ${PING.length}`, 'Connection: close'), PING)
  return statusesOf(received)[0] === 200
}

describe('SEC-343: a body over 1 MiB', () => {
  const chunk = ' '.repeat(65_536)
  const chunks = `${`10000\r\n${chunk}\r\n`.repeat(17)}0\r\n\r\n`

  test.each([
    ['by its length, before it is sent', [head(`Content-Length: ${10 * MEBIBYTE}`)]],
    ['by its length', [head(`Content-Length: ${LONG.length}`), LONG]],
    ['by chunks', [head('Transfer-Encoding: chunked'), chunks]],
  ])('SEC-343: %s is 413, unparsed, and the connection is closed', async (_name, parts) => {
    const before = handled
    const received = await talk(...parts)
    expect(statusesOf(received)).toEqual([413])
    expect(received.toLowerCase()).toContain('connection: close')
    expect(handled).toBe(before)
  })

  test('SEC-343: what follows an understated length is no body, and no request', async () => {
    const before = handled
    const received = await talk(head(`Content-Length: ${PING.length}`), `${PING}${LONG}x`)
    // Node may see the rest before the first request is answered.
    expect(statusesOf(received).at(-1)).toBe(400)
    expect(handled - before).toBeLessThanOrEqual(1)
  })
})

describe('SEC-344: slow requests', () => {
  test('SEC-344: the settings end them within 15 s', () => {
    expect(server.headersTimeout).toBeLessThanOrEqual(10_000)
    expect(server.requestTimeout).toBeLessThanOrEqual(15_000)
  })

  test('SEC-344: 500 sockets that send slowly are 408, and others are served meanwhile', async () => {
    const { headersTimeout, requestTimeout } = server
    server.headersTimeout = 1_500
    server.requestTimeout = 1_500
    const slow = Array.from({ length: 500 }, (_, i) =>
      i % 2 === 0
        ? talk('POST /mcp HTTP/1.1\r\nHost: mcp.example.com\r\n')
        : talk(head('Content-Length: 1000'), '{"jsonrpc"'),
    )
    const served = await Promise.all(Array.from({ length: 20 }, isServing))
    expect(served).toEqual(Array(20).fill(true))
    const statuses = (await Promise.all(slow)).map((received) => statusesOf(received)[0])
    expect(new Set(statuses)).toEqual(new Set([408]))
    Object.assign(server, { headersTimeout, requestTimeout })
  })
})

describe('SEC-353: requests that are too large', () => {
  const fields = (count: number, length: number): string =>
    Array.from({ length: count }, (_, i) => `X-${i}: ${'a'.repeat(length)}`).join('\r\n')

  test.each([
    ['a URL of 100 KB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: mcp.example.com\r\n\r\n`],
    [
      '10,000 query parameters',
      `GET /mcp?${'a=b&'.repeat(10_000)} HTTP/1.1\r\nHost: mcp.example.com\r\n\r\n`,
    ],
    ['2,000 header fields', head(fields(2_000, 10))],
    ['a header field of 20 KB', head(fields(1, 20_000))],
  ])('SEC-353: %s', async (_name, request) => {
    const before = handled
    const [status = 'cut off'] = statusesOf(await talk(request))
    // The answer may be lost, where what was not read is reset.
    expect([414, 431, 400, 'cut off']).toContain(status)
    expect(handled).toBe(before)
    expect(await isServing()).toBe(true)
  })

  test('SEC-353: fields beyond the count that Node keeps are no way around the gate', async () => {
    const many = Array.from({ length: 400 }, (_, i) => `X-${i}: a`).join('\r\n')
    const received = await talk(
      `GET /mcp HTTP/1.1\r\nHost: mcp.example.com\r\nConnection: close\r\n${many}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    // Some releases of Node drop them, others refuse the request.
    expect([401, 431]).toContain(statusesOf(received)[0])
  })
})
