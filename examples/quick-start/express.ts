import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import express from 'express'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { gatehouse } from './gatehouse.ts'
import { buildServer } from './server.ts'

const mcp = toNodeHandler(createMcpHandler(buildServer))
const app = express()
app.use(serveMetadata(gatehouse))
app.all('/mcp', requireBearer(gatehouse), (req, res) => mcp(req, res, req.body))
app.listen(process.env.PORT ?? 3000)
