import { serve } from '@hono/node-server'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { gatehouse } from './gatehouse.ts'
import { buildServer } from './server.ts'

const mcp = createMcpHandler(buildServer)
const app = new Hono()
app.use(serveMetadata(gatehouse))
app.all('/mcp', requireBearer(gatehouse), (c) => mcp.fetch(c.req.raw, { authInfo: c.var.auth }))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) })
