import { randomUUID } from 'node:crypto'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { type CallToolResult, createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import express, { type Express } from 'express'
import { createResourceServer, definePolicy, type Principal } from 'mcp-gatehouse'
import { currentPrincipal, requireOwner } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { guard, reconcile } from 'mcp-gatehouse/sdk'
import * as z from 'zod'

/** All scopes of the server. */
export const SCOPES = ['todo:read', 'todo:write', 'todo:admin'] as const

/** Who may do what, in one place: enforced before the server is reached, and around its handlers. */
const policy = definePolicy({
  scopes: SCOPES,
  implies: { 'todo:admin': ['todo:write'], 'todo:write': ['todo:read'] },
  tools: {
    list_todos: 'todo:read',
    add_todo: 'todo:write',
    delete_todo: 'todo:write',
    clear_todos: ({ owner }) => (owner === 'me' ? 'todo:write' : 'todo:admin'),
  },
})

/** An MCP server for to-dos, behind the gate. Clients sign in for reading and writing first. */
export function createTodoApp(resource: string, issuer: string): Express {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    policy,
    challengeScopes: ['todo:read', 'todo:write'],
    allowInsecureLoopback: true,
  })
  reconcile(buildServer())
  const mcp = toNodeHandler(createMcpHandler(buildServer))
  const app = express()
  app.use(serveMetadata(gatehouse))
  app.all('/mcp', requireBearer(gatehouse), (req, res) => mcp(req, res, req.body))
  return app
}

interface Todo {
  readonly owner: string
  readonly title: string
}

const todos = new Map<string, Todo>()

function buildServer(): McpServer {
  const server = guard(new McpServer({ name: 'todo-manager', version: '1.0.0' }), policy)

  server.registerTool('list_todos', { description: 'Lists your to-dos' }, () => {
    const { id: owner } = caller()
    const own = [...todos].filter(([, todo]) => todo.owner === owner)
    return answer(own.map(([id, { title }]) => ({ id, title })))
  })

  server.registerTool(
    'add_todo',
    { description: 'Adds a to-do to yours', inputSchema: z.object({ title: z.string() }) },
    ({ title }) => {
      const id = randomUUID()
      todos.set(id, { owner: caller().id, title })
      return answer({ id, title })
    },
  )

  server.registerTool(
    'delete_todo',
    { description: 'Deletes one of your to-dos', inputSchema: z.object({ id: z.string() }) },
    ({ id }) => {
      requireOwner(todos.get(id)?.owner)
      return answer({ deleted: Number(todos.delete(id)) })
    },
  )

  server.registerTool(
    'clear_todos',
    {
      description: 'Deletes all to-dos: yours, or those of everybody',
      inputSchema: z.object({ owner: z.enum(['me', 'everybody']) }),
    },
    ({ owner }) => {
      const { id: me } = caller()
      const cleared = [...todos].filter(([, todo]) => owner === 'everybody' || todo.owner === me)
      for (const [id] of cleared) todos.delete(id)
      return answer({ deleted: cleared.length })
    },
  )
  return server
}

function caller(): Principal {
  const principal = currentPrincipal()
  if (principal === undefined) throw new Error('Nobody is signed in.')
  return principal
}

function answer(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }] }
}
