import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { fastify } from 'fastify'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/fastify'
import { gatehouse } from './gatehouse.ts'
import { buildServer } from './server.ts'

const mcp = toNodeHandler(createMcpHandler(buildServer))
const app = fastify()
app.addHook('onRequest', serveMetadata(gatehouse))
app.all('/mcp', requireBearer(gatehouse), (request, reply) => {
  reply.hijack()
  return mcp(request.raw, reply.raw, request.body)
})
await app.listen({ port: Number(process.env.PORT ?? 3000) })
