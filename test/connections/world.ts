import type { AuditEvent, Principal } from 'mcp-gatehouse'
import type { CreateConnectionsOptions } from 'mcp-gatehouse/connections'
import { memory, type Storage } from 'mcp-gatehouse/storage'
import { createPrincipal } from 'mcp-gatehouse/testing'
import type { ConnectionsApi, ConnectionsCore } from '../../src/connections/connections.ts'
import { createConnectionsCore } from '../../src/connections/create-connections.ts'
import { ownerOf } from '../../src/connections/owner.ts'
import type { Service } from '../../src/connections/service.ts'
import { newRing } from '../authorization-server/world.ts'

const cookies = await newRing('cookies')

export const BASE_URL = 'https://mcp.example.com'
export const ALICE: Principal = createPrincipal({ sub: 'alice', client_id: 'notes-client' })
export const BOB: Principal = createPrincipal({ sub: 'bob', client_id: 'notes-client' })
export const OWNER = ownerOf(ALICE)
export const BOBS = ownerOf(BOB)

/** Connections without pages. */
export interface ConnectionsWorld {
  readonly api: ConnectionsApi
  readonly core: ConnectionsCore
  readonly storage: Storage
  readonly events: readonly AuditEvent[]
  /** The types of the events so far. */
  readonly types: () => readonly string[]
  readonly service: (name: string) => Service
}

export function createWorld(
  services: CreateConnectionsOptions['services'],
  options: Partial<CreateConnectionsOptions> = {},
): ConnectionsWorld {
  const events: AuditEvent[] = []
  const storage = options.storage ?? memory()
  const { api, core } = createConnectionsCore({
    baseUrl: BASE_URL,
    storage,
    keys: { cookies },
    identity: { issuer: 'https://id.example.com' } as never,
    services,
    onEvent: (event) => {
      events.push(event)
    },
    ...options,
  })
  return {
    api,
    core,
    storage,
    events,
    types: () => events.map(({ type }) => type),
    service(name) {
      const service = core.settings.services.get(name)
      if (service === undefined) throw new Error(`no service ${name}`)
      return service
    },
  }
}

/** An OAuth service of a world. */
export function oauthOf(world: ConnectionsWorld, name: string): Service & { kind: 'oauth' } {
  const service = world.service(name)
  if (service.kind !== 'oauth') throw new Error(`${name} is no OAuth service`)
  return service
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
