import { FastMCP } from 'fastmcp'
import { type AuthenticatedSession, requireBearer, serveMetadata } from 'mcp-gatehouse/fastmcp'
import { freePort } from '../../contract/free-port.ts'
import { exchange, openExchange } from '../wire.ts'
import type { Platform } from './app.ts'

/** The names of the tools, `secret` for those with the scope of that name. */
export const TOOLS = ['whoami', 'secret'] as const

/**
 * FastMCP, which has a listener of its own, no handlers but tools, and answers what is no POST
 * itself: not one of the platforms that behave the same.
 *
 * @param stateless As `httpStream` takes it.
 */
export function createFastmcpPlatform(stateless: boolean): Platform {
  return {
    name: 'FastMCP',
    async start({ gatehouse }) {
      const server = new FastMCP<AuthenticatedSession>({
        name: 'notes',
        version: '1.0.0',
        authenticate: requireBearer(gatehouse),
        logger: SILENT,
      })
      server.getApp().use(serveMetadata(gatehouse))
      server.addTool({
        name: TOOLS[0],
        execute: async (_args, { session }) => session?.principal.subject ?? 'nobody',
      })
      server.addTool({
        name: TOOLS[1],
        canAccess: ({ principal }) => principal.scopes.has('secret:read'),
        execute: async () => 'kept well',
      })
      const port = await freePort()
      const httpStream = { port, host: '127.0.0.1', stateless }
      await server.start({ transportType: 'httpStream', httpStream })
      return {
        port,
        routes: undefined,
        send: (request) => exchange(port, request),
        open: (request) => openExchange(port, request),
        close: () => server.stop(),
      }
    },
  }
}

const nothing = (): void => undefined
const SILENT = { debug: nothing, error: nothing, info: nothing, log: nothing, warn: nothing }
