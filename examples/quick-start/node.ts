import { createServer } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { protect } from 'mcp-gatehouse/node'
import { gatehouse } from './gatehouse.ts'
import { buildServer } from './server.ts'

const mcp = toNodeHandler(createMcpHandler(buildServer))

createServer(protect(gatehouse, mcp)).listen(process.env.PORT ?? 3000)
