import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server'
import express, { type RequestHandler } from 'express'
import { FastMCP } from 'fastmcp'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { MCPAuth } from 'mcp-auth'
import { createTestAuthorizationServer } from 'mcp-gatehouse/testing'
import { createMcpHandler, protectedResourceHandler, withMcpAuth } from 'mcp-handler'
import { onTestFinished } from 'vitest'
import { close, listen } from '../../../src/testing/loopback-server.ts'
import { freePort } from '../../contract/free-port.ts'
import { handleNotes } from '../../e2e/servers/notes-server.ts'
import {
  DemoInMemoryAuthProvider,
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  mcpAuthRouter,
  mcpAuthRouterLegacy,
  requireBearerAuth,
  requireBearerAuthV1,
} from './sdk-modules.mjs'

const SCOPE = 'notes:read'

type Listener = (req: IncomingMessage, res: ServerResponse) => unknown

/** Listens before there is a handler, since the handler has to know where. */
async function serve(make: (origin: string) => Listener | Promise<Listener>): Promise<string> {
  const server = createServer()
  const origin = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`
  onTestFinished(() => close(server))
  const listener = await make(origin)
  server.on('request', (req, res) => void listener(req, res))
  return `${origin}/mcp`
}

/** An authorization server without faults, for those that bring none. It has another resource, too. */
async function startIssuer(resource: string): Promise<string> {
  const server = await createTestAuthorizationServer({
    resources: { [resource]: [SCOPE], [new URL('/doctor-other', resource).href]: [SCOPE] },
  })
  onTestFinished(() => server.close())
  return server.issuer
}

const mcp: RequestHandler = (req, res) => void handleNotes(req, res, req.body)

/** SDK v1: `mcpAuthRouter` with the provider of its examples, and `requireBearerAuth`. */
export function startSdkV1(): Promise<string> {
  return startWithRouter(mcpAuthRouter, requireBearerAuthV1)
}

/** SDK v2 with what `server-legacy` keeps of v1. */
export function startSdkLegacy(): Promise<string> {
  return startWithRouter(mcpAuthRouterLegacy, requireBearerAuth)
}

function startWithRouter(
  router: typeof mcpAuthRouter,
  requireBearer: typeof requireBearerAuth,
): Promise<string> {
  return serve((origin) => {
    const provider = new DemoInMemoryAuthProvider()
    const resourceServerUrl = new URL('/mcp', origin)
    const issuerUrl = new URL(origin)
    const app = express()
    app.use(router({ provider, issuerUrl, resourceServerUrl, scopesSupported: [SCOPE] }))
    const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resourceServerUrl)
    app.use('/mcp', requireBearer({ verifier: provider, resourceMetadataUrl }))
    app.all('/mcp', express.json(), mcp)
    return app
  })
}

async function verifyJwt(issuer: string, token: string) {
  const keys = createRemoteJWKSet(new URL('jwks', `${issuer}/`))
  try {
    const { payload } = await jwtVerify(token, keys, { issuer })
    return payload
  } catch {
    return undefined
  }
}

/** SDK v2: `mcpAuthMetadataRouter` and `requireBearerAuth`, with a verifier that forgets the audience. */
export function startSdkV2(): Promise<string> {
  return serve(async (origin) => {
    const resourceServerUrl = new URL('/mcp', origin)
    const issuer = await startIssuer(resourceServerUrl.href)
    const metadata = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
    const app = express()
    app.use(mcpAuthMetadataRouter({ oauthMetadata: await metadata.json(), resourceServerUrl }))
    const verifyAccessToken = async (token: string) => {
      const claims = await verifyJwt(issuer, token)
      if (claims === undefined) throw new OAuthError(OAuthErrorCode.InvalidToken, 'bad token')
      return { token, clientId: 'c', scopes: [SCOPE], expiresAt: claims.exp ?? 0 }
    }
    const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resourceServerUrl)
    app.use('/mcp', requireBearerAuth({ verifier: { verifyAccessToken }, resourceMetadataUrl }))
    app.all('/mcp', express.json(), mcp)
    return app
  })
}

/** mcp-auth, as its documentation sets it up. */
export function startMcpAuth(): Promise<string> {
  return serve(async (origin) => {
    const resource = `${origin}/mcp`
    const issuer = await startIssuer(resource)
    const metadata = { resource, authorizationServers: [{ issuer, type: 'oauth' as const }] }
    const mcpAuth = new MCPAuth({ protectedResources: { metadata } })
    const app = express()
    app.use(mcpAuth.protectedResourceMetadataRouter())
    app.use('/mcp', mcpAuth.bearerAuth('jwt', { resource, audience: resource }))
    app.all('/mcp', express.json(), mcp)
    return app
  })
}

/** fastmcp, whose `authenticate` is the only gate. */
export async function startFastmcp(): Promise<string> {
  const port = await freePort()
  const resource = `http://127.0.0.1:${port}/mcp`
  const issuer = await startIssuer(resource)
  const server = new FastMCP({
    name: 'notes',
    version: '1.0.0',
    authenticate: async (request) => {
      const [, token = ''] = (request.headers.authorization ?? '').split(' ')
      const claims = await verifyJwt(issuer, token)
      if (claims === undefined) throw new Response(null, { status: 401 })
      return { sub: claims.sub }
    },
    oauth: { enabled: true, protectedResource: { resource, authorizationServers: [issuer] } },
  })
  server.addTool({ name: 'find_notes', description: 'Find', execute: async () => 'found' })
  await server.start({ transportType: 'httpStream', httpStream: { port, host: '127.0.0.1' } })
  onTestFinished(() => server.stop())
  return resource
}

/** mcp-handler on a server that mounts it as Next.js would; it is not told its public URL. */
export function startMcpHandler(): Promise<string> {
  return serve(async (origin) => {
    const issuer = await startIssuer(`${origin}/mcp`)
    const handler = withMcpAuth(
      createMcpHandler((server) => {
        server.registerTool('find_notes', {}, () => ({
          content: [{ type: 'text', text: 'found' }],
        }))
      }),
      async (_request, token = '') => {
        const claims = await verifyJwt(issuer, token)
        return claims && { token, clientId: 'c', scopes: [SCOPE], expiresAt: claims.exp ?? 0 }
      },
      { required: true, requiredScopes: [SCOPE] },
    )
    const metadata = protectedResourceHandler({ authServerUrls: [issuer] })
    return getRequestListener((request) => {
      const { pathname } = new URL(request.url)
      if (pathname === '/mcp') return handler(request)
      return pathname === '/.well-known/oauth-protected-resource'
        ? metadata(request)
        : new Response('not found', { status: 404 })
    })
  })
}
