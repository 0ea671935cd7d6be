import { createMcpHandler } from '@modelcontextprotocol/server'
import { createResourceServer, type ResourceServerOptions } from 'mcp-gatehouse'
import { buildServer } from '../quick-start/server.ts'

export const resource = 'https://mcp.example.com/mcp'

/** Your server. What a test changes is an argument. */
export function createNotes(
  changes: Partial<ResourceServerOptions> = {},
): (request: Request) => Promise<Response> {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: ['https://id.example.com/realms/acme'],
    policy: { tools: { find_notes: 'notes:read' } },
    ...changes,
  })
  return gatehouse.protect(createMcpHandler(buildServer).fetch)
}
