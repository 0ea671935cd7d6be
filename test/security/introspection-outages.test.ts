import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { introspectionVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startHostileServer } from './support/hostile-server.ts'
import {
  ALLOWED,
  CLIENT,
  createRemoteGate,
  goodAnswer,
  type RemoteGate,
  startIntrospectedIssuer,
} from './support/remote-gate.ts'
import { createTestAuthority } from './support/test-authority.ts'

const ISSUER = 'https://id.example.com'
const TOKEN = 'opaque-token-of-alice'
const MEBIBYTE = Buffer.alloc(1_048_576, ' ')

/** A gate that asks a hostile endpoint, whose URL is configured. */
async function startGate(
  listener: RequestListener,
): Promise<RemoteGate & { readonly count: number }> {
  const server = await startHostileServer(listener)
  const verifier = introspectionVerifier({
    ...CLIENT,
    issuer: ISSUER,
    introspectionEndpoint: `${server.origin}/introspect`,
    allowInsecureLoopback: true,
  })
  const gate = createRemoteGate({ verifier, issuer: ISSUER })
  return {
    ...gate,
    get count() {
      return server.count
    },
  }
}

function sendGood(response: ServerResponse): void {
  response.setHeader('Content-Type', 'application/json')
  response.end(JSON.stringify(goodAnswer(ISSUER)))
}

/** Writes until nobody reads any more. */
function flood(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' })
  let sent = 0
  const write = (): void => {
    while (!response.destroyed && sent < 1_024) {
      sent += 1
      if (!response.write(MEBIBYTE)) {
        response.once('drain', write)
        return
      }
    }
    response.end()
  }
  write()
}

describe('SEC-053 an endpoint that cannot say is 503 within 5 s, and the client keeps its token:', () => {
  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void, string]>([
    [
      '401, our secret is wrong',
      (_, response) =>
        response
          .writeHead(401, { 'Content-Type': 'application/json', 'WWW-Authenticate': 'Basic' })
          .end('{"error":"invalid_client"}'),
      'ERR_UPSTREAM_CLIENT_REFUSED',
    ],
    ['400', (_, response) => response.writeHead(400).end('{}'), 'ERR_UPSTREAM_CLIENT_REFUSED'],
    ['403', (_, response) => response.writeHead(403).end(), 'ERR_UPSTREAM_CLIENT_REFUSED'],
    ['404', (_, response) => response.writeHead(404).end(), 'ERR_UPSTREAM_STATUS'],
    ['429', (_, response) => response.writeHead(429).end(), 'ERR_UPSTREAM_STATUS'],
    [
      '500 that says inactive',
      (_, response) =>
        response.writeHead(500, { 'Content-Type': 'application/json' }).end('{"active":false}'),
      'ERR_UPSTREAM_STATUS',
    ],
    ['204', (_, response) => response.writeHead(204).end(), 'ERR_UPSTREAM_STATUS'],
    ['a reset', (request) => request.socket.resetAndDestroy(), 'ERR_UPSTREAM_UNREACHABLE'],
    [
      'a reset in the middle of the answer',
      (request, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('{"active":', () => request.socket.resetAndDestroy())
      },
      'ERR_UPSTREAM_UNREACHABLE',
    ],
    ['a body of 1 GB', (_, response) => flood(response), 'ERR_UPSTREAM_TOO_LARGE'],
    [
      'a gzip bomb',
      (_, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
        const bomb = gzipSync(Buffer.alloc(64 * 1_048_576, ' '))
        response.end(bomb)
      },
      'ERR_UPSTREAM_TOO_LARGE',
    ],
  ])('SEC-053 %s', async (_what, listener, code) => {
    let isBroken = true
    const gate = await startGate((request, response) =>
      isBroken ? listener(request, response) : sendGood(response),
    )
    const started = performance.now()
    expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', code])
    expect(performance.now() - started).toBeLessThan(5_000)
    isBroken = false
    // Nothing of the outage is remembered.
    expect(await gate.ask(TOKEN)).toEqual(ALLOWED)
  })

  test.each<[string, RequestListener]>([
    ['no answer', () => undefined],
    [
      'an answer that never ends',
      (_, response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 200)
        onTestFinished(() => clearInterval(drip))
      },
    ],
  ])(
    'SEC-053 %s',
    async (_what, listener) => {
      const gate = await startGate(listener)
      const started = performance.now()
      expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', 'ERR_UPSTREAM_TIMEOUT'])
      expect(performance.now() - started).toBeLessThan(5_000)
    },
    10_000,
  )

  test('SEC-053 nobody listens', async () => {
    const verifier = introspectionVerifier({
      ...CLIENT,
      issuer: ISSUER,
      introspectionEndpoint: 'http://127.0.0.1:1/introspect',
      allowInsecureLoopback: true,
    })
    const gate = createRemoteGate({ verifier, issuer: ISSUER })
    expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', 'ERR_UPSTREAM_UNREACHABLE'])
  })

  test('SEC-053 a certificate that nobody vouches for', async () => {
    const { startStrangerHost } = await import('./support/stranger-host.ts')
    const identity = createTestAuthority().issue(['127.0.0.1'])
    const host = await startStrangerHost((_request, response) => sendGood(response), identity)
    const verifier = introspectionVerifier({
      ...CLIENT,
      issuer: ISSUER,
      introspectionEndpoint: `https://127.0.0.1:${host.port}/introspect`,
    })
    const gate = createRemoteGate({ verifier, issuer: ISSUER })
    expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', 'ERR_UPSTREAM_UNREACHABLE'])
  })

  test.each<[string, unknown]>([
    ['none', undefined],
    ['a path', '/introspect'],
    ['http', 'http://id.example.com/introspect'],
    ['no text', 1],
  ])('SEC-053 metadata whose introspection_endpoint is %s', async (_what, endpoint) => {
    const issuer = await startIntrospectedIssuer()
    issuer.metadata['introspection_endpoint'] = endpoint
    const options = { ...CLIENT, issuer: issuer.issuer, allowInsecureLoopback: true }
    const gate = createRemoteGate({
      verifier: introspectionVerifier(options),
      issuer: issuer.issuer,
    })
    expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', 'ERR_UPSTREAM_METADATA_INVALID'])
  })
})

describe('SEC-054 a redirect is not followed: token and secret stay here', () => {
  test.each([301, 302, 303, 307, 308])('SEC-054 %i to another host', async (status) => {
    const elsewhere = await startHostileServer((_request, response) => sendGood(response))
    const gate = await startGate((_request, response) => {
      response.writeHead(status, { Location: `${elsewhere.origin}/introspect` }).end()
    })
    expect(await gate.ask(TOKEN)).toEqual([503, 'dep.unavailable', 'ERR_UPSTREAM_REDIRECT'])
    expect([gate.count, elsewhere.count]).toEqual([1, 0])
  })
})
