import { createServer, type Server } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { protect } from 'mcp-gatehouse/node'
import type { Tenants } from 'mcp-gatehouse/tenants'
import { buildServer } from '../quick-start/server.ts'

/** The authorization servers and the MCP servers of all tenants, behind one socket. */
export function createTenantsServer({ handler, resourceServer }: Tenants): Server {
  const mcp = protect(resourceServer, toNodeHandler(createMcpHandler(buildServer)))
  return createServer((req, res) => void handler(req, res, () => mcp(req, res)))
}
