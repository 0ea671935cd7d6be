import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createResourceServer } from 'mcp-gatehouse'
import { protect } from 'mcp-gatehouse/node'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const RESOURCE = 'http://127.0.0.1/mcp'
const issuer = await createTokenIssuer()
const gatehouse = createResourceServer({
  resource: RESOURCE,
  authorizationServers: [issuer.issuer],
  allowInsecureLoopback: true,
})
const reached: string[] = []
const guarded = protect(gatehouse, (request, response) => {
  reached.push(String(request.auth.extra.principal.subject))
  response.end('ok')
})
// Node's compatibility API has the shape of node:http, under types of its own.
const server = createServer((request: Http2ServerRequest, response: Http2ServerResponse) =>
  guarded(request as unknown as IncomingMessage, response as unknown as ServerResponse),
)

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(async () => {
  server.close()
  await issuer.close()
})

async function send(headers: OutgoingHttpHeaders, body = ''): Promise<IncomingHttpHeaders> {
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const stream = session.request({ ':path': '/mcp', ...headers })
  if (body !== '') stream.end(body)
  const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  session.destroy()
  return answer
}

test('HTTP/2: no credentials get the challenge', async () => {
  const answer = await send({})
  expect([answer[':status'], answer['www-authenticate']]).toEqual([
    401,
    'Bearer resource_metadata="http://127.0.0.1/.well-known/oauth-protected-resource/mcp"',
  ])
})

test('HTTP/2: a good token is admitted', async () => {
  const authorization = `Bearer ${await issuer.mint({ aud: RESOURCE })}`
  expect((await send({ authorization }))[':status']).toBe(200)
  expect(reached.splice(0)).toEqual(['alice'])
})

test('HTTP/2: another name in :authority is refused', async () => {
  expect((await send({ ':authority': 'evil.example' }))[':status']).toBe(400)
})

test('SEC-100 a simple cross-site POST is refused over HTTP/2 too', async () => {
  const authorization = `Bearer ${await issuer.mint({ aud: RESOURCE })}`
  const headers = { ':method': 'POST', 'content-type': 'text/plain', authorization }
  expect((await send(headers, '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'))[':status']).toBe(
    415,
  )
  expect(reached).toEqual([])
})
