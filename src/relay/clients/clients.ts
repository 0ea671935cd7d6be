import { hash } from 'node:crypto'
import { matchesRedirectUri } from '../../oauth/index.ts'
import {
  createBoundedMap,
  formatRecord,
  isOptionalString,
  isStringList,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { RelayClient, RelaySettings } from '../options/index.ts'
import type { ClientMetadata } from './client-metadata.ts'

/** The clients that are configured, and those that have registered themselves. */
export interface Clients {
  find(clientId: string): Promise<RelayClient | undefined>
  /** The same metadata is the same client, which is no more than that. */
  idOf(metadata: ClientMetadata): string
  /** Keeps a client for a day at least; also one that somebody had registered before. */
  register(metadata: ClientMetadata): Promise<string>
  /** Whether there are as many as there may be. Counted once a minute. */
  isFull(): Promise<boolean>
  /** Keeps a client for 90 days more, since it has got a token. At most once a day for each. */
  noteUse(clientId: string): Promise<void>
}

const FORMAT = 1
const DAY_SECONDS = 24 * 60 * 60
const USED_SECONDS = 90 * DAY_SECONDS
const MAX_CLIENTS = 10_000
const RECOUNT_MILLISECONDS = 60_000
const MAX_RENEWALS = 10_000
const PREFIX = 'relay_'

export function createClients({ storage, issuer, clients, clock }: RelaySettings): Clients {
  const renewals = createBoundedMap<number>(MAX_RENEWALS)
  let counted: { readonly at: number; readonly isFull: boolean } | undefined
  const keyOf = (clientId: string): Promise<string> => recordKey('relay-client', issuer, clientId)

  async function read(clientId: string): Promise<Uint8Array | undefined> {
    const isRegistered = clientId.startsWith(PREFIX) && clientId.length < 100
    return isRegistered ? (await storage.get(await keyOf(clientId)))?.value : undefined
  }

  async function countClients(): Promise<boolean> {
    const key = await keyOf('')
    const keys = storage.list(key.slice(0, key.lastIndexOf(':') + 1))[Symbol.asyncIterator]()
    let found = 0
    while (found < MAX_CLIENTS && (await keys.next()).done !== true) found += 1
    return found >= MAX_CLIENTS
  }

  return {
    async find(clientId) {
      const configured = clients.get(clientId)
      if (configured !== undefined) return configured
      const value = await read(clientId)
      return value && parseClient(value, clientId)
    },
    idOf,
    async register(metadata) {
      const clientId = idOf(metadata)
      const key = await keyOf(clientId)
      const value = formatRecord(FORMAT, metadata)
      const options = { ttlSeconds: DAY_SECONDS }
      if (await storage.set(key, value, { ...options, ifAbsent: true })) return clientId
      const known = await storage.get(key)
      // It may be about to end, and whoever registers now has just begun.
      if (known?.expiresAt !== undefined && known.expiresAt < clock.now() + DAY_SECONDS) {
        await storage.compareAndSwap(key, known.version, value, options)
      }
      return clientId
    },
    async isFull() {
      const now = clock.elapsed()
      if (counted === undefined || now - counted.at > RECOUNT_MILLISECONDS) {
        counted = { at: now, isFull: await countClients() }
      }
      return counted.isFull
    },
    async noteUse(clientId) {
      const now = clock.elapsed()
      if (now - (renewals.get(clientId) ?? -Infinity) < DAY_SECONDS * 1_000) return
      const value = await read(clientId)
      if (value === undefined) return
      renewals.set(clientId, now)
      await storage.set(await keyOf(clientId), value, { ttlSeconds: USED_SECONDS })
    },
  }
}

function idOf({ clientName, redirectUris }: ClientMetadata): string {
  return `${PREFIX}${hash('sha256', JSON.stringify([clientName, redirectUris]), 'base64url')}`
}

/** Whether codes of this client may go to this URI. */
export function hasRedirectUri({ redirectUris, fixedPort }: RelayClient, sent: string): boolean {
  return redirectUris.some((uri) => (fixedPort ? uri === sent : matchesRedirectUri(sent, uri)))
}

function parseClient(value: Uint8Array, clientId: string): RelayClient {
  return parseRecord(value, FORMAT, 'Relay client', ({ clientName, redirectUris }) =>
    isOptionalString(clientName) && isStringList(redirectUris)
      ? { clientId, clientName, redirectUris, fixedPort: false }
      : undefined,
  )
}
