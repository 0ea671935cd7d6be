import { Hono } from 'hono'
import { createResourceServer } from 'mcp-gatehouse'
import { createEventCounter } from 'mcp-gatehouse/audit'

export const counter = await createEventCounter()

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/mcp',
  authorizationServers: ['https://id.example.com/realms/acme'],
  onEvent: counter.write,
})

/** Serve it on an address that only Prometheus reaches. */
export const metrics = new Hono().get('/metrics', async (c) => {
  const { contentType, text } = await counter.read()
  return c.body(text, 200, { 'content-type': contentType })
})
