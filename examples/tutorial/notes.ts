import type { McpServer } from '@modelcontextprotocol/server'
import { currentPrincipal } from 'mcp-gatehouse/context'
import * as z from 'zod'

const notes = new Map<string, string[]>()

/** Users are told apart by issuer and subject: two issuers may use the same subject. */
function notesOfCaller(): string[] {
  const caller = currentPrincipal()
  const key = JSON.stringify([caller?.issuer, caller?.subject])
  const own = notes.get(key) ?? []
  notes.set(key, own)
  return own
}

export function addNotes(server: McpServer): void {
  server.registerTool(
    'add_note',
    { description: 'Keep a note', inputSchema: z.object({ text: z.string() }) },
    ({ text }) => {
      notesOfCaller().push(text)
      return { content: [{ type: 'text', text: 'Kept.' }] }
    },
  )
  server.registerTool('list_notes', { description: 'List your notes' }, () => ({
    content: [{ type: 'text', text: notesOfCaller().join('\n') || 'There are none.' }],
  }))
}
