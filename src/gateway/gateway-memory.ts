import { createHandleMemory, type HandleMemory } from '../resource-server/index.ts'
import { createSessionClients, type SessionClients } from './session-clients.ts'

/** What a gateway remembers of its clients, whatever its options become. */
export interface GatewayMemory {
  readonly clients: SessionClients
  /** Whose the sessions and tasks of a resource are. */
  handlesOf(resource: string): HandleMemory
}

export function createGatewayMemory(): GatewayMemory {
  const handles = new Map<string, HandleMemory>()
  return {
    clients: createSessionClients(),
    handlesOf(resource) {
      const known = handles.get(resource) ?? createHandleMemory()
      handles.set(resource, known)
      return known
    },
  }
}
