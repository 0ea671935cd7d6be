import { resource } from './notes.ts'

/** The request that a client sends to call the tool. */
export function findNotes(headers: Readonly<Record<string, string>>): Request {
  return new Request(resource, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'find_notes', arguments: { text: 'milk' } },
    }),
  })
}
