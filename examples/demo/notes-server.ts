import type { RequestListener } from 'node:http'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { type CallToolResult, createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { type AuditSink, createResourceServer, definePolicy } from 'mcp-gatehouse'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { protect } from 'mcp-gatehouse/node'
import * as z from 'zod'

/** The scopes that the server needs, for every request. */
export const SCOPES: readonly string[] = ['notes:read', 'notes:write']

const policy = definePolicy({
  tools: { add_note: 'notes:write', delete_all_notes: { roles: ['Tools.Admin'] } },
})

/**
 * An MCP server on the official SDK, protected by mcp-gatehouse: this is all that the author of a
 * server writes.
 */
export function createNotesServer(
  resource: string,
  issuer: string,
  onEvent: AuditSink,
): RequestListener {
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    requiredScopes: SCOPES,
    policy,
    allowInsecureLoopback: true,
    onEvent,
  })
  return protect(gatehouse, toNodeHandler(createMcpHandler(buildNotesServer)))
}

const notesOf = new Map<string, string[]>()

function buildNotesServer(): McpServer {
  const server = new McpServer({ name: 'notes', version: '1.0.0' })
  server.registerTool(
    'add_note',
    {
      description: 'Adds a note to those of the caller, and returns them all.',
      inputSchema: z.object({ text: z.string() }),
    },
    async ({ text }) => {
      const caller = currentPrincipal()
      if (caller?.kind !== 'user') throw new Error('Notes belong to users.')
      const notes = [...(notesOf.get(caller.id) ?? []), text]
      notesOf.set(caller.id, notes)
      return answer(`Notes of ${String(caller.claims['name'])}: ${notes.join('; ')}`)
    },
  )
  server.registerTool(
    'delete_all_notes',
    { description: 'Deletes the notes of everybody.', inputSchema: z.object({}) },
    async () => {
      notesOf.clear()
      return answer('All notes are deleted.')
    },
  )
  return server
}

function answer(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] }
}
