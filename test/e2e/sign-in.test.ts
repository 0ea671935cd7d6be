import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectMcpRemote } from './clients/mcp-remote.ts'
import { connectSdkV1 } from './clients/sdk-v1.ts'
import { createSdkV2Client } from './clients/sdk-v2.ts'
import { onExpress4, onExpress5 } from './servers/express.ts'
import { onFastify } from './servers/fastify.ts'
import { onHono } from './servers/hono.ts'
import { onNodeHttp } from './servers/node-http.ts'
import { ALICE, SCOPE, startWorld, type World } from './world.ts'

const SERVERS = [
  ['Express 5', onExpress5],
  ['Express 4', onExpress4],
  ['Hono', onHono],
  ['Fastify', onFastify],
  ['node:http', onNodeHttp],
] as const

const CLIENTS = [
  ['the client of SDK v2', '2026-07-28', createSdkV2Client('auto')],
  ['the client of SDK v2', '2025-11-25', createSdkV2Client('legacy')],
  ['the client of SDK v1', '2025-11-25', connectSdkV1],
  ['mcp-remote', '2025-11-25', connectMcpRemote],
] as const

describe.each(SERVERS)('%s', (_name, fixture) => {
  let world: World

  beforeAll(async () => {
    world = await startWorld(fixture)
  })

  afterAll(() => world.close())

  test.each(CLIENTS)('%s (%s) signs in and calls a tool', async (_client, version, connect) => {
    const client = await connect(world.serverUrl, ALICE)
    try {
      expect(client.protocolVersion).toBe(version)
      expect(JSON.parse(await client.callTool('whoami'))).toEqual({
        scopes: [SCOPE],
        issuer: world.authorizationServer.issuer,
        subject: 'alice',
      })
    } finally {
      await client.close()
    }
  })
})
