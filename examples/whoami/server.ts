import type { RequestListener } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { protect } from 'mcp-gatehouse/node'

/** An MCP server with one tool, which tells callers what their token says of them. */
export function createWhoami(resource: string, issuer: string): RequestListener {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    requiredScopes: ['whoami'],
    allowInsecureLoopback: true,
  })
  return protect(gatehouse, toNodeHandler(createMcpHandler(buildServer)))
}

function buildServer(): McpServer {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who you are' }, () => {
    const { subject, issuer, scopes, claims } = currentPrincipal() ?? {}
    const answer = { subject, issuer, scopes: [...(scopes ?? [])], name: claims?.['name'] }
    return { content: [{ type: 'text', text: JSON.stringify(answer) }] }
  })
  return server
}
