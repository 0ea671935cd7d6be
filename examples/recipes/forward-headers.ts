import { Hono } from 'hono'
import { forwardHeaders } from 'mcp-gatehouse/context'
import { gatehouse } from '../quick-start/gatehouse.ts'

export const app = new Hono()
app.get('/orders/:id', (c) => c.json({ id: c.req.param('id'), shop: c.req.header('x-shop') }))

const api = forwardHeaders(gatehouse, app.fetch, { headers: ['x-shop'] })

/** In the handler of a tool. */
export async function readOrder(id: string): Promise<unknown> {
  const answer = await api(`/orders/${encodeURIComponent(id)}`)
  return answer.json()
}
