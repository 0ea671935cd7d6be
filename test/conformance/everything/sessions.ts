import {
  type EventStore,
  type JSONRPCMessage,
  type McpHttpHandler,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'

/** Serves the revisions up to 2025-11-25: a server and a transport for each session. */
export function createSessionsHandler(createServer: () => McpServer): McpHttpHandler['fetch'] {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  return async (request, options) => {
    const id = request.headers.get('mcp-session-id')
    if (id !== null) {
      const transport = sessions.get(id)
      return transport?.handleRequest(request, options) ?? sessionNotFound()
    }
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      eventStore: createEventStore(),
      retryInterval: 100,
      onsessioninitialized: (created) => void sessions.set(created, transport),
      onsessionclosed: (closed) => void sessions.delete(closed),
    })
    await createServer().connect(transport)
    return transport.handleRequest(request, options)
  }
}

function sessionNotFound(): Response {
  const error = { code: -32001, message: 'Session not found' }
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 404 })
}

/** What a client missed between two connections; an event's id is its place in the list. */
function createEventStore(): EventStore {
  const events: { readonly streamId: string; readonly message: JSONRPCMessage }[] = []
  return {
    storeEvent: async (streamId, message) => String(events.push({ streamId, message }) - 1),
    getStreamIdForEventId: async (eventId) => events[Number(eventId)]?.streamId,
    replayEventsAfter: async (lastEventId, { send }) => {
      const streamId = events[Number(lastEventId)]?.streamId ?? lastEventId
      for (const [place, event] of events.entries()) {
        if (place <= Number(lastEventId) || event.streamId !== streamId) continue
        await send(String(place), event.message)
      }
      return streamId
    },
  }
}
