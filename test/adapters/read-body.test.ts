import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'

const RESOURCE = 'http://127.0.0.1/mcp'
const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
const PARSE_ERROR = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_700, message: 'Parse error: the body is not JSON.' },
}
const TOO_LARGE = {
  error: 'invalid_request',
  error_description: 'The body is larger than 4 MiB.',
}

const issuer = await createTokenIssuer()
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
})
const authorization = `Bearer ${await issuer.mint({ aud: RESOURCE })}`
const handed: unknown[] = []
const server = createServer(
  protect(gatehouse, (_request, response, parsedBody) => {
    handed.push(parsedBody)
    response.end()
  }),
)
const streaming = createServer(
  protect(
    gatehouse,
    async (request, response, parsedBody) => {
      handed.push([parsedBody, await text(request)])
      response.end()
    },
    { keepBody: true },
  ),
)
const port = await listen(server, 0, '127.0.0.1')
const streamingPort = await listen(streaming, 0, '127.0.0.1')
const onFetch = gatehouse.protect((_request, { parsedBody }) => {
  handed.push(parsedBody)
  return new Response()
})

beforeEach(() => void handed.splice(0))
afterAll(() => Promise.all([close(server), close(streaming), issuer.close()]))

const headers = { authorization, 'content-type': 'application/json' }

describe.each([
  ['node:http', (init: RequestInit) => fetch(`http://127.0.0.1:${port}/mcp`, init)],
  ['fetch', (init: RequestInit) => onFetch(new Request(RESOURCE, init))],
])('protect on %s reads the message of an admitted request', (_name, send) => {
  test('and hands it on', async () => {
    const answer = await send({ method: 'POST', headers, body: JSON.stringify(CALL) })
    expect([answer.status, handed]).toEqual([200, [CALL]])
  })

  test('one whose length is not announced too', async () => {
    const body = new Blob([JSON.stringify(CALL)]).stream()
    const init = { method: 'POST', headers, body, duplex: 'half' } as const
    expect([(await send(init)).status, handed]).toEqual([200, [CALL]])
  })

  test('what is no JSON is a parse error of JSON-RPC, and the handler is not run', async () => {
    const answer = await send({ method: 'POST', headers, body: '{"jsonrpc":' })
    expect([answer.status, await answer.json(), handed]).toEqual([400, PARSE_ERROR, []])
  })

  test('more than 4 MiB is 413, and the handler is not run', async () => {
    const body = JSON.stringify('x'.repeat(4_194_304))
    const answer = await send({ method: 'POST', headers, body })
    expect([answer.status, await answer.json(), handed]).toEqual([413, TOO_LARGE, []])
  })

  test('more than 4 MiB without an announced length too', async () => {
    const body = new Blob([JSON.stringify('x'.repeat(4_194_304))]).stream()
    const answer = await send({ method: 'POST', headers, body, duplex: 'half' } as RequestInit)
    expect([answer.status, handed]).toEqual([413, []])
  })

  test('a GET has none', async () => {
    expect([(await send({ headers: { authorization } })).status, handed]).toEqual([
      200,
      [undefined],
    ])
  })

  test('a POST without a body has none', async () => {
    const answer = await send({ method: 'POST', headers: { authorization } })
    expect([answer.status, handed]).toEqual([200, [undefined]])
  })
})

test('with keepBody the stream is left to the listener', async () => {
  const body = JSON.stringify(CALL)
  await fetch(`http://127.0.0.1:${streamingPort}/mcp`, { method: 'POST', headers, body })
  expect(handed).toEqual([[undefined, body]])
})
