import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createResourceServer } from 'mcp-gatehouse'
import { createLimits } from 'mcp-gatehouse/limits'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { REDIRECT_URI, startAuthorizationServer } from '../authorization-server/world.ts'
import * as fc from '../fuzz/fast-check.ts'

// Requests as they come, to every endpoint of both servers.

const faults: unknown[] = []
const note = (fault: unknown): void => void faults.push(fault)
beforeAll(() => {
  process.on('uncaughtException', note).on('unhandledRejection', note)
})
afterAll(() => {
  process.off('uncaughtException', note).off('unhandledRejection', note)
})

async function talk(port: number, bytes: Buffer): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.end(bytes)
  await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  return received
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH', 'TRACE']
const NAMES = [
  'authorization',
  'content-type',
  'content-length',
  'cookie',
  'origin',
  'dpop',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
  'x-forwarded-for',
  'access-control-request-method',
]
const TYPES = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', '']
const word = fc.oneof(
  fc.constantFrom('', '{}', '[]', 'null', '[[]]', '%', '%00', '__proto__', 'Bearer x', 'a=b&a=b'),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.json({ maxDepth: 3 }),
)
const line = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')

function requestTo(paths: readonly string[]): fc.Arbitrary<Buffer> {
  return fc
    .record({
      method: fc.constantFrom(...METHODS),
      path: fc.constantFrom(...paths),
      rest: fc.oneof(fc.constant(''), word.map(encodeLoosely)),
      fields: fc.array(fc.tuple(fc.constantFrom(...NAMES), word), { maxLength: 5 }),
      type: fc.constantFrom(...TYPES),
      body: word,
    })
    .map(({ method, path, rest, fields, type, body }) => {
      const bytes = Buffer.from(body)
      const head = [
        `${method} ${path}${rest} HTTP/1.1`,
        'Host: 127.0.0.1',
        'Connection: close',
        `Content-Type: ${type}`,
        `Content-Length: ${bytes.length}`,
        ...fields.map(([name, value]) => `${name}: ${line(value)}`),
      ].join('\r\n')
      return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), bytes])
    })
}

function encodeLoosely(text: string): string {
  return `?${text.replaceAll(/[^!-~]/g, '%')}`
}

describe('SEC-355: whatever is sent', async () => {
  const issuer = await createTokenIssuer()
  const gatehouse = createResourceServer({
    resource: 'https://mcp.example.com/mcp',
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
    policy: { tools: { search: [] } },
    limits: createLimits({ perAddress: '1000000/second', failuresPerAddress: '1000000/second' }),
  })
  const gate = createServer(protect(gatehouse, (_request, response) => void response.end('{}')))
  gate.listen(0, '127.0.0.1')
  await once(gate, 'listening')
  const server = await startAuthorizationServer({
    options: () => ({
      clients: [{ clientId: 'notes', redirectUris: [REDIRECT_URI] }],
      limits: {
        pagesPerAddress: '1000000/second',
        tokenRequestsPerAddress: '1000000/second',
        failuresPerAddress: '1000000/second',
      },
    }),
  })
  afterAll(async () => {
    gate.closeAllConnections()
    await Promise.all([
      server.close(),
      issuer.close(),
      new Promise((resolve) => gate.close(resolve)),
    ])
  })
  const gatePort = (gate.address() as AddressInfo).port
  const serverPort = Number(new URL(server.issuer).port)

  test.each([
    ['the gate', gatePort, ['/mcp', '/', '/.well-known/oauth-protected-resource/mcp', '*']],
    [
      'the authorization server',
      serverPort,
      [
        '/authorize',
        '/authorize/x',
        '/token',
        '/register',
        '/revoke',
        '/introspect',
        '/jwks',
        '/interaction/x',
        '/interaction/x/consent',
        '/callback/x',
        '/.well-known/oauth-authorization-server',
        '/.well-known/openid-configuration',
      ],
    ],
  ])('SEC-355: %s answers, and nothing is thrown', async (_name, port, paths) => {
    await fc.assert(
      fc.asyncProperty(requestTo(paths), async (request) => {
        const received = await talk(port, request)
        expect(received).not.toMatch(/^HTTP\/1\.1 5/)
      }),
      { numRuns: 300 },
    )
    expect(faults).toEqual([])
    const alive = await talk(
      port,
      Buffer.from(`GET ${paths.at(-1)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
    )
    expect(alive).toMatch(/^HTTP\/1\.1 [24]/)
  })
})
