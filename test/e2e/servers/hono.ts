import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { notes } from './notes-server.ts'
import type { ServerFixture } from './server-fixture.ts'

export const onHono: ServerFixture = async (gatehouse, path) => {
  const app = new Hono()
  app.use(serveMetadata(gatehouse))
  app.all(path, requireBearer(gatehouse), (c) => notes.fetch(c.req.raw, { authInfo: c.var.auth }))
  return getRequestListener(app.fetch)
}
