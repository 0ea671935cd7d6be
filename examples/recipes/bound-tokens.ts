import { createResourceServer } from 'mcp-gatehouse'
import {
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'

/** An authorization server that binds tokens, and an MCP server of its process that takes them. */
export async function openBound(options: CreateAuthorizationServerOptions, resource: string) {
  const server = await createAuthorizationServer({ ...options, dpop: {} })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [server.issuer],
    verifier: server.verifier,
    revocations: server.revocations,
    dpop: {},
  })
  return { server, gatehouse }
}
