import { Hono } from 'hono'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { gatehouse } from '../quick-start/gatehouse.ts'

const app = new Hono()
app.get('/healthz', (c) => c.text('ok'))
app.get('/me', (c) => c.json({ id: currentPrincipal()?.id }))

export default {
  fetch: gatehouse.protectFetch(app.fetch, { publicPaths: ['/healthz'] }),
}
