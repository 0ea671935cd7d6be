import { Hono } from 'hono'
import { createResourceServer } from 'mcp-gatehouse'
import { type ForwardHeadersOptions, forwardHeaders } from 'mcp-gatehouse/context'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { openWorld, type ParityWorld, RESOURCE, textOf } from './world.ts'

// fastapi_mcp, whose tools call the API of the same process. Its other rows are of later parts.

const PATH = { inputSchema: z.object({ path: z.string() }) }

/** An API, and a tool that calls any path of it that the model asks for. */
function openApiWorld(options: ForwardHeadersOptions): Promise<ParityWorld> {
  const app = new Hono()
  app.get('/orders/:id', (c) => {
    const { authorization, cookie, 'x-api-key': key } = c.req.header()
    return c.json({ id: c.req.param('id'), authorization, cookie, key })
  })
  return openWorld({
    tools: (server, gatehouse) =>
      server.registerTool('get', PATH, async ({ path }) => {
        const api = forwardHeaders(gatehouse(), app.fetch, options)
        return textOf(await (await api(path)).json())
      }),
  })
}

test('system 4: header fields by an allow-list', async () => {
  const world = await openApiWorld({ headers: ['X-API-Key'] })
  const token = await world.mint()
  const call = (path: string) => world.callTool(token, 'get', { path })
  // The client of the SDK sends no key, so that there is none.
  expect(JSON.parse(await call('/orders/7'))).toEqual({ id: '7' })
  const answer = await world.send(RESOURCE, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      cookie: 'session=1',
      'x-api-key': 'k',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get', arguments: { path: '/orders/7' } },
    }),
  })
  const text = await answer.text()
  expect(text).toContain(JSON.stringify(JSON.stringify({ id: '7', key: 'k' })))
  // Whatever the model asks for, it is this origin.
  for (const path of ['https://evil.example/orders/7', '//evil.example/orders/7']) {
    expect(await call(path)).toBe(
      'Not allowed: The call would leave this server. Ask whoever runs this server to correct the tool.',
    )
  }
})

test('system 4: the token of the caller for an API of the same process', async () => {
  const stated = await openApiWorld({ headers: ['authorization'], audience: RESOURCE })
  const token = await stated.mint()
  expect(JSON.parse(await stated.callTool(token, 'get', { path: '/orders/7' }))).toEqual({
    id: '7',
    authorization: `Bearer ${token}`,
  })
  // An API that asks for other tokens, or does not say for which, does not get it.
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: ['https://id.example.com'],
  })
  for (const audience of [{}, { audience: 'https://api.example.com' }]) {
    const options = { headers: ['authorization'], ...audience }
    expect(() => forwardHeaders(gatehouse, () => new Response(), options)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_FORWARDED_HEADER' }),
    )
  }
})
