import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import { createConnectionUses } from '../connection-uses.ts'
import { createConnectionRequests } from '../create-requests.ts'
import { createVault } from '../create-vault.ts'
import type { ConnectionVault } from '../vault.ts'

/** What an operator sees and ends of the connections of a user, without the server. */
export type StoredConnections = Pick<ConnectionVault, 'delete' | 'disconnect' | 'export' | 'list'>

const emit = (): void => undefined

/**
 * Reads connections where they are stored. No service is known here, so `title` is the name of the
 * service, `state` says nothing, and what is ended is ended in this storage alone.
 */
export function createStoredConnections(storage: Storage, clock: Clock): StoredConnections {
  const uses = createConnectionUses(storage, clock)
  const requests = createConnectionRequests({ storage, baseUrl: '', emit, clock })
  const services = new Map()
  return createVault({ storage, services, requests, uses, emit, clock, random: Math.random })
}
