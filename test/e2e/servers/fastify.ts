import { fastify } from 'fastify'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/fastify'
import { handleNotes } from './notes-server.ts'
import type { ServerFixture } from './server-fixture.ts'

export const onFastify: ServerFixture = async (gatehouse, path) => {
  const app = fastify()
  app.addHook('onRequest', serveMetadata(gatehouse))
  app.all(path, requireBearer(gatehouse), (request, reply) => {
    reply.hijack()
    return handleNotes(request.raw, reply.raw, request.body)
  })
  await app.ready()
  return (req, res) => app.routing(req, res)
}
