import { createResourceServer } from 'mcp-gatehouse'
import { requireOwner, requireTenant } from 'mcp-gatehouse/context'

export const gatehouse = createResourceServer({
  resource: 'https://mcp.example.com/t',
  authorizationServers: ['https://id.example.com/realms/acme'],
  requestedTenant: ({ path }) => path.split('/')[2] ?? '', // /t/acme/mcp
  policy: {
    tools: { read_note: [], export_notes: { tenants: ['acme'] } },
  },
})

/** By tenant and identifier; the owner is the `principal.id` of who wrote it. */
const notes = new Map([['acme', new Map([['1', { owner: '…', text: 'Buy milk' }]])]])

/** The handler of `read_note`. */
export function readNote({ id }: { readonly id: string }): string | undefined {
  const note = notes.get(requireTenant())?.get(id)
  requireOwner(note?.owner)
  return note?.text
}
