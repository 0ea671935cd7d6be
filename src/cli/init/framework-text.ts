import type { Framework } from './choices.ts'

/** What a framework adds to the server: packages, imports and the lines that listen. */
export interface FrameworkText {
  readonly packages: readonly string[]
  /** Whole lines, sorted with the others by what they import from. */
  readonly imports: readonly string[]
  readonly lines: (hasServer: boolean) => readonly string[]
}

const TO_NODE = "import { toNodeHandler } from '@modelcontextprotocol/node'"
const CREATE_SERVER = "import { createServer } from 'node:http'"
const NODE_PACKAGE = '@modelcontextprotocol/node'

export const FRAMEWORK_TEXTS: Readonly<Record<Framework, FrameworkText>> = {
  node: {
    packages: [NODE_PACKAGE],
    imports: [CREATE_SERVER, TO_NODE, "import { protect } from 'mcp-gatehouse/node'"],
    lines: (hasServer) => [
      'const mcp = protect(gatehouse, toNodeHandler(createMcpHandler(buildServer)))',
      hasServer
        ? "createServer((req, res) => void handler(req, res, () => mcp(req, res))).listen(Number(port), '127.0.0.1')"
        : "createServer(mcp).listen(Number(port), '127.0.0.1')",
    ],
  },
  express: {
    packages: [NODE_PACKAGE, 'express', '@types/express'],
    imports: [
      TO_NODE,
      "import express from 'express'",
      "import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'",
    ],
    lines: (hasServer) => [
      'const mcp = toNodeHandler(createMcpHandler(buildServer))',
      'const app = express()',
      hasServer
        ? 'app.use(handler, serveMetadata(gatehouse))'
        : 'app.use(serveMetadata(gatehouse))',
      "app.all('/mcp', requireBearer(gatehouse), (req, res) => mcp(req, res, req.body))",
      "app.listen(Number(port), '127.0.0.1')",
    ],
  },
  hono: {
    packages: ['@hono/node-server', 'hono'],
    imports: [
      CREATE_SERVER,
      "import { getRequestListener } from '@hono/node-server'",
      "import { Hono } from 'hono'",
      "import { requireBearer, serveMetadata } from 'mcp-gatehouse/hono'",
    ],
    lines: (hasServer) => [
      'const mcp = createMcpHandler(buildServer)',
      'const app = new Hono().use(serveMetadata(gatehouse))',
      "app.all('/mcp', requireBearer(gatehouse), (c) => mcp.fetch(c.req.raw, { authInfo: c.var.auth }))",
      'const listener = getRequestListener(app.fetch)',
      hasServer
        ? "createServer((req, res) => void handler(req, res, () => listener(req, res))).listen(Number(port), '127.0.0.1')"
        : "createServer(listener).listen(Number(port), '127.0.0.1')",
    ],
  },
  fastify: {
    packages: [NODE_PACKAGE, 'fastify'],
    imports: [
      TO_NODE,
      "import { fastify } from 'fastify'",
      "import { requireBearer, serveMetadata } from 'mcp-gatehouse/fastify'",
    ],
    lines: (hasServer) => [
      'const mcp = toNodeHandler(createMcpHandler(buildServer))',
      'const app = fastify()',
      ...(hasServer
        ? [
            "app.addHook('onRequest', (request, reply, next) => void handler(request.raw, reply.raw, () => next()))",
          ]
        : []),
      "app.addHook('onRequest', serveMetadata(gatehouse))",
      "app.all('/mcp', requireBearer(gatehouse), (request, reply) => mcp(request.raw, reply.hijack().raw, request.body))",
      'await app.listen({ port: Number(port) })',
    ],
  },
}
