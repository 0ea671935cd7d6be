import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { type AuditSink, createResourceServer } from 'mcp-gatehouse'
import { getUser } from 'mcp-gatehouse/context'
import { type AuthenticatedEnv, requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { encryptionKeysFromEnvironment } from 'mcp-gatehouse/keys'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import * as z from 'zod'

/** What the tool shows of a user. */
const User = z.object({ name: z.string(), email: z.string(), role: z.string().default('guest') })

/** Options of {@link createWhoamiApp}. */
export interface WhoamiAppOptions {
  readonly resource: string
  /** The portal that tokens come from, and where its public keys are. */
  readonly issuer: string
  readonly jwksUri: string
  /** With `MCP_KEY_FILE_PATH`, the private keys of this server. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly onEvent: AuditSink
}

/** An MCP server that is told who its users are, and nobody on the way is. */
export async function createWhoamiApp(options: WhoamiAppOptions): Promise<Hono<AuthenticatedEnv>> {
  const { resource, issuer, jwksUri, environment, onEvent } = options
  const keys = await encryptionKeysFromEnvironment({ environment })
  // Anybody can encrypt for us, since the key is public: what counts is the signature inside.
  const nested = jwtVerifier({ issuer, jwksUri, allowInsecureLoopback: true })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    verifier: jweVerifier({ keys, nested, unwrapData: true }),
    requiredClaims: ['name', 'email'],
    publishedKeys: [keys],
    allowInsecureLoopback: true,
    onEvent,
  })
  const mcp = createMcpHandler(buildServer)
  const app = new Hono<AuthenticatedEnv>()
  app.use(serveMetadata(gatehouse))
  app.all('/mcp', requireBearer(gatehouse), (c) =>
    mcp.fetch(c.req.raw, { authInfo: c.var.auth, parsedBody: c.var.parsedBody }),
  )
  return app
}

function buildServer(): McpServer {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who you are' }, () => {
    const { name, email, role } = User.parse(getUser())
    return { content: [{ type: 'text', text: `${name} <${email}>, ${role}` }] }
  })
  return server
}
