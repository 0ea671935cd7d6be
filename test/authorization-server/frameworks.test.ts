import { createServer, type RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { createResourceServer } from 'mcp-gatehouse'
import {
  type AuthorizationServerHandler,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import { expect, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { createSdkV2Client } from '../e2e/clients/sdk-v2.ts'
import { onNodeHttp } from '../e2e/servers/node-http.ts'
import { ALICE } from '../e2e/world.ts'
import { newRing } from './world.ts'

/** Puts the authorization server in front of an MCP server, the way that a framework does. */
type Mount = (
  handler: AuthorizationServerHandler,
  mcp: RequestListener,
) => RequestListener | Promise<RequestListener>

const MOUNTS: readonly (readonly [name: string, mount: Mount])[] = [
  ['node:http', (handler, mcp) => (req, res) => void handler(req, res, () => mcp(req, res))],
  [
    'Express',
    (handler, mcp) =>
      express()
        .use(handler)
        .use((req, res) => mcp(req, res)),
  ],
  [
    'Fastify',
    async (handler, mcp) => {
      const app = fastify()
      app.addHook('onRequest', (request, reply, next) => {
        void handler(request.raw, reply.raw, () => {
          reply.hijack()
          mcp(request.raw, reply.raw)
          next()
        })
      })
      app.all('/*', () => undefined)
      await app.ready()
      return (req, res) => app.routing(req, res)
    },
  ],
  [
    'Hono on Node.js',
    (handler, mcp) => {
      const app = getRequestListener(new Hono().fetch)
      return (req, res) =>
        void handler(req, res, () =>
          req.url?.includes('/mcp') ? mcp(req, res) : void app(req, res),
        )
    },
  ],
]

const CASES = MOUNTS.flatMap(([name, mount]) =>
  ['', '/t1'].map((path) => [name, path === '' ? 'the root' : path, path, mount] as const),
)

test.each(CASES)(
  'AS-01 AS-09 SDK clients sign in through %s at %s',
  async (_name, _place, path, mount) => {
    const http = createServer()
    http.keepAliveTimeout = 60_000
    const origin = `http://127.0.0.1:${await listen(http, 0, '127.0.0.1')}`
    const resource = `${origin}/mcp`
    const server = await createAuthorizationServer({
      issuer: `${origin}${path}`,
      resources: { [resource]: ['notes:read'] },
      users: [{ username: 'alice', password: 'wonderland' }],
      storage: memory(),
      keys: { signing: await newRing('signing'), cookies: await newRing('cookies') },
      allowInsecureLoopback: true,
    })
    const gatehouse = createResourceServer({
      resource,
      authorizationServers: [server.issuer],
      requiredScopes: ['notes:read'],
      allowInsecureLoopback: true,
    })
    http.on('request', await mount(server.handler, await onNodeHttp(gatehouse, '/mcp')))
    try {
      for (const connect of [connectSdkV1, createSdkV2Client('auto')]) {
        const client = await connect(resource, ALICE)
        expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({ issuer: server.issuer })
        await client.close()
      }
    } finally {
      await close(http)
    }
  },
)
