import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { type AuditSink, createResourceServer } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { type AuthenticatedEnv, requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { buildJwksAnswer, createKeyRing, keysFromFile } from 'mcp-gatehouse/keys'
import { jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import * as z from 'zod'

/** What the server has to know of its users: both claims are required, and not empty. */
const UserClaims = z.object({
  name: z.string().min(1),
  email: z.email(),
  role: z.string().optional(),
})

/** Options of {@link createWhoamiApp}. */
export interface WhoamiAppOptions {
  readonly resource: string
  /** The portal that tokens come from, and where its public keys are. */
  readonly issuer: string
  readonly jwksUri: string
  /** The private keys of this server: `MCP_KEY_FILE_PATH`. */
  readonly keyFile: string
  readonly onEvent: AuditSink
}

/** An MCP server that is told who its users are, and nobody on the way is. */
export async function createWhoamiApp(options: WhoamiAppOptions): Promise<Hono<WhoamiEnv>> {
  const { resource, issuer, jwksUri, keyFile, onEvent } = options
  const keys = await createKeyRing({ use: 'encryption', source: keysFromFile(keyFile) })
  // Anybody can encrypt for us, since the key is public: what counts is the signature inside.
  const nested = jwtVerifier({ issuer, jwksUri, allowInsecureLoopback: true })
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    verifier: jweVerifier({ keys, nested, unwrapData: true }),
    claims: UserClaims,
    allowInsecureLoopback: true,
    onEvent,
  })
  const mcp = createMcpHandler(buildServer)
  const app = new Hono<WhoamiEnv>()
  app.use(serveMetadata(gatehouse))
  app.get('/.well-known/jwks.json', () => buildJwksAnswer([keys]))
  app.all('/mcp', requireBearer(gatehouse), (c) =>
    mcp.fetch(c.req.raw, { authInfo: c.var.auth, parsedBody: c.var.parsedBody }),
  )
  return app
}

type WhoamiEnv = AuthenticatedEnv<z.infer<typeof UserClaims>>

function buildServer(): McpServer {
  const server = new McpServer({ name: 'whoami', version: '1.0.0' })
  server.registerTool('whoami', { description: 'Says who you are' }, () => {
    const { name, email, role = 'guest' } = UserClaims.parse(currentPrincipal()?.claims)
    return { content: [{ type: 'text', text: `${name} <${email}>, ${role}` }] }
  })
  return server
}
