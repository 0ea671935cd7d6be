import type { EventStore } from '@modelcontextprotocol/server'

type Message = Parameters<EventStore['storeEvent']>[1]

interface StoredEvent {
  readonly streamId: string
  readonly message: Message
  readonly characters: number
}

/** What a session keeps for clients that come back; the oldest events go first. */
const MAX_EVENTS = 200
const MAX_CHARACTERS = 2_097_152

/** Creates what a client reads that lost its connection (MCP 2025-11-25, "Resumability"). */
export function createEventStore(): EventStore {
  const events = new Map<string, StoredEvent>()
  let kept = 0
  let last = 0

  function dropOldest(): void {
    const [oldest] = events
    if (oldest === undefined) return
    events.delete(oldest[0])
    kept -= oldest[1].characters
  }

  return {
    async storeEvent(streamId, message) {
      last += 1
      const id = String(last)
      const characters = JSON.stringify(message).length
      events.set(id, { streamId, message, characters })
      kept += characters
      while (events.size > MAX_EVENTS || kept > MAX_CHARACTERS) dropOldest()
      return id
    },
    getStreamIdForEventId: async (id) => events.get(id)?.streamId,
    async replayEventsAfter(id, { send }) {
      const streamId = events.get(id)?.streamId ?? ''
      for (const [later, event] of events) {
        const isMessage = Object.keys(event.message).length > 0
        if (Number(later) <= Number(id) || event.streamId !== streamId || !isMessage) continue
        await send(later, event.message)
      }
      return streamId
    },
  }
}
