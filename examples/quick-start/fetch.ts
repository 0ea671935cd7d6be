import { createMcpHandler } from '@modelcontextprotocol/server'
import { gatehouse } from './gatehouse.ts'
import { buildServer } from './server.ts'

const mcp = createMcpHandler(buildServer)

export default { fetch: gatehouse.protect(mcp.fetch) }
