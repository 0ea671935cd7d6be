import { getRequestListener } from '@hono/node-server'
import express, { Router } from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import * as onExpress from 'mcp-gatehouse/express'
import * as onFastify from 'mcp-gatehouse/fastify'
import * as onHono from 'mcp-gatehouse/hono'
import { expect, test } from 'vitest'
import { connectSdkV1 } from './clients/sdk-v1.ts'
import { createSdkV2Client } from './clients/sdk-v2.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { handleNotes, notes } from './servers/notes-server.ts'
import type { ServerFixture } from './servers/server-fixture.ts'
import { ALICE, startWorld } from './world.ts'

const expressRouter: ServerFixture = async (gatehouse) => {
  const router = Router()
  router.all('/mcp', onExpress.requireBearer(gatehouse), express.json(), (req, res) => {
    void handleNotes(req, res, req.body)
  })
  return express().use(onExpress.serveMetadata(gatehouse)).use('/api/v1', router)
}

const honoRoute: ServerFixture = async (gatehouse) => {
  const api = new Hono().all('/mcp', onHono.requireBearer(gatehouse), (c) =>
    notes.fetch(c.req.raw, { authInfo: c.var.auth }),
  )
  const app = new Hono().use(onHono.serveMetadata(gatehouse)).route('/api/v1', api)
  return getRequestListener(app.fetch)
}

const fastifyPlugin: ServerFixture = async (gatehouse) => {
  const app = fastify()
  app.addHook('onRequest', onFastify.serveMetadata(gatehouse))
  await app.register(
    async (api) => {
      api.all('/mcp', onFastify.requireBearer(gatehouse), (request, reply) => {
        reply.hijack()
        return handleNotes(request.raw, reply.raw, request.body)
      })
    },
    { prefix: '/api/v1' },
  )
  await app.ready()
  return (req, res) => app.routing(req, res)
}

const MOUNTED = [
  ['an Express router', expressRouter],
  ['a Hono route', honoRoute],
  ['a Fastify plugin', fastifyPlugin],
  ['a longer path on node:http', onNodeHttp],
] as const

test.each(MOUNTED)('clients sign in below %s, at an issuer with a path', async (_name, fixture) => {
  const world = await startWorld(fixture, { path: '/api/v1/mcp', issuerPath: '/t1' })
  try {
    const { origin } = new URL(world.serverUrl)
    expect(world.gatehouse.metadataUrl).toBe(
      `${origin}/.well-known/oauth-protected-resource/api/v1/mcp`,
    )
    expect(world.authorizationServer.issuer).toMatch(/:\d+\/t1$/)
    for (const connect of [connectSdkV1, createSdkV2Client('auto')]) {
      const client = await connect(world.serverUrl, ALICE)
      expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({
        issuer: world.authorizationServer.issuer,
        subject: 'alice',
      })
      await client.close()
    }
  } finally {
    await world.close()
  }
})
