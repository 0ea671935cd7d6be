import { createMcpHandler } from '@modelcontextprotocol/server'
import { createResourceServer } from 'mcp-gatehouse'
import { buildServer } from '../quick-start/server.ts'

interface Env {
  /** `vars` of `wrangler.jsonc`. */
  readonly RESOURCE: string
  readonly ISSUER: string
}

const mcp = createMcpHandler(buildServer)
let handler: ((request: Request) => Promise<Response>) | undefined

/** What it keeps, such as keys, is shared by all requests of an isolate. */
export default {
  fetch(request: Request, env: Env): Promise<Response> {
    handler ??= createResourceServer({
      resource: env.RESOURCE,
      authorizationServers: [env.ISSUER],
      requiredScopes: ['notes:read'],
      allowInsecureLoopback: env.RESOURCE.startsWith('http://127.0.0.1:'), // wrangler dev
    }).protect(mcp.fetch)
    return handler(request)
  },
}
