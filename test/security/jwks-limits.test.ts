import type { RequestListener } from 'node:http'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { fetchDocument } from '../../src/http/index.ts'
import { startHostileServer } from './support/hostile-server.ts'
import { createForge } from './support/token-forge.ts'
import { startIssuer, startTokenGate, type TokenGate, unavailable } from './support/token-gate.ts'

const LIMIT_BYTES = 262_144
const TEN_MEGABYTES = 10 * 1_024 * 1_024

/** A gate whose first issuer publishes its keys at a server of ours, and a second one that is well. */
async function startBesideHostile(listener: RequestListener): Promise<{
  readonly gate: TokenGate
  readonly tokenOfOther: () => string
}> {
  const [issuer, other, server] = [
    await startIssuer(),
    await startIssuer(),
    await startHostileServer(listener),
  ]
  const gate = await startTokenGate({
    issuer,
    authorizationServers: [
      { issuer: issuer.issuer, jwksUri: `${server.origin}/jwks` },
      other.issuer,
    ],
  })
  const forge = createForge('key-1')
  other.jwks.keys.splice(0, Infinity, forge.jwk)
  let minted = 0
  const tokenOfOther = (): string => {
    minted += 1
    return forge.sign(gate.header(), gate.claims({ iss: other.issuer, jti: minted }))
  }
  return { gate, tokenOfOther }
}

function answerWith(body: string | Uint8Array, encoding?: string): RequestListener {
  return (_request, response) => {
    if (encoding !== undefined) response.setHeader('Content-Encoding', encoding)
    response.end(body)
  }
}

/** Sends a byte at a time and never comes to an end; says when the client has gone. */
function drip(): { readonly listener: RequestListener; readonly gone: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const listener: RequestListener = (_request, response) => {
    response.write('{')
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => {
      clearInterval(timer)
      resolve()
    })
  }
  return { listener, gone: promise }
}

const keysOf = (count: number): string => {
  const key = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', alg: 'ES256' }
  return JSON.stringify({
    keys: Array.from({ length: count }, (_, n) => ({ ...key, kid: `k${n}` })),
  })
}
const padded = (bytes: number): string => '{"keys":[]}'.padEnd(bytes)

describe('SEC-068 a key set that takes too long', () => {
  test('SEC-068 a dripping body is given up when the time is up, and the connection too', async () => {
    const { listener, gone } = drip()
    const { origin } = await startHostileServer(listener)
    await expect(fetchDocument(origin, { timeoutMilliseconds: 150 })).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_TIMEOUT',
      retryable: true,
    })
    await gone
  })

  test('SEC-068 the time is up after 5 s', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => timeout.mockRestore())
    const { origin } = await startHostileServer(answerWith('{}'))
    await fetchDocument(origin)
    expect(timeout.mock.calls).toEqual([[5_000]])
  })

  test('SEC-068 headers that do not come, through the public API: 503 after 5 s, others at once', async () => {
    const { gate, tokenOfOther } = await startBesideHostile(() => undefined)
    const start = performance.now()
    const slow = gate.ask(gate.token())
    for (let asked = 0; asked < 20; asked += 1) {
      expect(await gate.ask(tokenOfOther())).toEqual(gate.admitted())
    }
    expect(await Promise.race([slow, Promise.resolve('waiting')])).toBe('waiting')
    expect(await slow).toEqual(unavailable('ERR_UPSTREAM_TIMEOUT'))
    expect(performance.now() - start).toBeGreaterThan(4_900)
    expect(performance.now() - start).toBeLessThan(8_000)
  })
})

describe('SEC-068 a key set that is too large', () => {
  const TOO_LARGE = 'ERR_UPSTREAM_TOO_LARGE'
  const large = padded(TEN_MEGABYTES)
  const BODIES: readonly (readonly [string, RequestListener, string])[] = [
    ['10 MB', answerWith(large), TOO_LARGE],
    ['100,000 keys', answerWith(keysOf(100_000)), TOO_LARGE],
    ['101 keys', answerWith(keysOf(101)), 'ERR_UPSTREAM_JWKS_INVALID'],
    ['10 MB in gzip', answerWith(gzipSync(large), 'gzip'), TOO_LARGE],
    ['10 MB in brotli', answerWith(brotliCompressSync(large), 'br'), TOO_LARGE],
    ['10 MB in deflate', answerWith(deflateSync(large), 'deflate'), TOO_LARGE],
    [
      '10 MB in gzip in brotli',
      answerWith(brotliCompressSync(gzipSync(large)), 'gzip, br'),
      TOO_LARGE,
    ],
    [
      '10 MB in brotli in gzip in gzip',
      answerWith(gzipSync(gzipSync(brotliCompressSync(large))), 'br, gzip, gzip'),
      TOO_LARGE,
    ],
    ['20 codings', answerWith('{}', Array(20).fill('gzip').join(', ')), 'ERR_UPSTREAM_UNREACHABLE'],
    ['gzip that is none', answerWith('{}', 'gzip'), 'ERR_UPSTREAM_UNREACHABLE'],
    [
      'gzip that is cut off',
      answerWith(gzipSync(large).subarray(0, 20), 'gzip'),
      'ERR_UPSTREAM_NOT_JSON',
    ],
  ]

  test.each(BODIES)(
    'SEC-068 %s: 503, and other issuers are unaffected',
    async (_name, listener, code) => {
      const { gate, tokenOfOther } = await startBesideHostile(listener)
      const [refused, admitted] = await Promise.all([
        gate.ask(gate.token()),
        gate.ask(tokenOfOther()),
      ])
      expect(refused).toEqual(unavailable(code))
      expect(admitted).toEqual(gate.admitted())
      expect(await gate.ask(tokenOfOther())).toEqual(gate.admitted())
    },
  )

  test('SEC-068 an endless body is cut off, not swallowed', async () => {
    const chunk = Buffer.alloc(65_536, ' ')
    let sent = 0
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const { origin } = await startHostileServer((_request, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length
      }
      response.on('drain', send)
      response.on('close', resolve)
      send()
    })
    await expect(fetchDocument(origin)).rejects.toMatchObject({ code: TOO_LARGE, retryable: false })
    await gone
    // What fits into the buffers of the sockets.
    expect(sent).toBeLessThan(TEN_MEGABYTES)
  })

  test('SEC-068 256 KiB is the most that is read', async () => {
    const { origin } = await startHostileServer((request, response) =>
      response.end(padded(Number(request.url?.slice(1)))),
    )
    expect(await fetchDocument(`${origin}/${LIMIT_BYTES}`)).toMatchObject({
      document: { keys: [] },
    })
    await expect(fetchDocument(`${origin}/${LIMIT_BYTES + 1}`)).rejects.toMatchObject({
      code: TOO_LARGE,
    })
  })

  test('SEC-068 a compressed key set of 100 keys is read', async () => {
    const gate = await startTokenGate()
    const { keys } = JSON.parse(keysOf(99)) as { keys: object[] }
    const body = gzipSync(JSON.stringify({ keys: [...keys, gate.forge.jwk] }))
    gate.issuer.respond('/jwks', { body, headers: { 'Content-Encoding': 'gzip' } })
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })
})
