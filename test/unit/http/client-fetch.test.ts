import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, expect, test } from 'vitest'
import { createClientFetch } from '../../../src/http/index.ts'
import { close, listen } from '../../../src/testing/loopback-server.ts'

const server = createServer((request, response) => {
  void text(request).then((body) => response.end(`${request.method} ${body}`))
})
const url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}/register`
afterAll(() => close(server))

const ask = createClientFetch({ allowInsecureLoopback: true })
const send = (method: string, body?: unknown) => ask(url, { method, headers: {}, body })

test.each([
  ['a text', '{"redirect_uris":[]}', 'POST {"redirect_uris":[]}'],
  ['a form', new URLSearchParams({ a: '1' }), 'POST a=1'],
  ['nothing', undefined, 'POST '],
])('%s arrives as it is', async (_what, body, seen) => {
  expect(await (await send('POST', body)).text()).toBe(seen)
})

test('a body that could not be sent whole is not sent at all', async () => {
  await expect(send('POST', new Uint8Array([1]))).rejects.toThrow(TypeError)
})
