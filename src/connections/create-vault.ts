import { setTimeout as sleep } from 'node:timers/promises'
import { newCredential } from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Lock, Storage } from '../storage/index.ts'
import { connectionFacts } from './connection-facts.ts'
import {
  connectionKey,
  formatConnection,
  ownerTagOf,
  parseConnection,
  type StoredConnection,
} from './connection-record.ts'
import type { ConnectionRequests } from './connection-requests.ts'
import type { ConnectionUses } from './connection-uses.ts'
import type { ConnectionOwner } from './owner.ts'
import { exportRequests } from './request-record.ts'
import type { Revoked, Service } from './service.ts'
import type { ConnectionSummary, ConnectionVault, Disconnected, NewConnection } from './vault.ts'

/** What the vault is made of. */
export interface VaultParts {
  readonly storage: Storage
  readonly services: ReadonlyMap<string, Service>
  readonly requests: ConnectionRequests
  readonly uses: ConnectionUses
  readonly emit: Emit
  readonly clock: Clock
  /** From 0 to 1, for jitter. */
  readonly random: () => number
}

/** How long a disconnect waits for a refresh under way, whose tokens it wants to end as well. */
const MAX_LOCK_MILLISECONDS = 3_000
const LOCK_PAUSE_MILLISECONDS = 100
const LOCK_SECONDS = 30

/** Creates the vault. Nothing of it ever returns a secret. */
export function createVault(parts: VaultParts): ConnectionVault {
  const { storage, services, requests, uses, emit, clock } = parts

  async function disconnect(
    owner: ConnectionOwner,
    service: string,
  ): Promise<Disconnected | undefined> {
    const taken = await takeConnection(storage, await connectionKey(owner, service))
    if (taken === undefined) return undefined
    await uses.forget(owner, service)
    const atService = await endAtService(taken, services.get(service))
    const facts = connectionFacts(owner, service, taken.connectedBy, clock)
    emit({ type: 'connection.disconnected', ...facts, atService })
    return { service, atService }
  }

  async function disconnectAll(owner: ConnectionOwner): Promise<readonly Disconnected[]> {
    const present = await connectionsOf(storage, owner)
    const ended = await Promise.all(present.map(({ service }) => disconnect(owner, service)))
    return ended.filter((one) => one !== undefined)
  }

  async function summaries(owner: ConnectionOwner): Promise<readonly ConnectionSummary[]> {
    const present = await connectionsOf(storage, owner)
    const all = await Promise.all(present.map((connection) => summarize(connection, owner, parts)))
    return all.toSorted((one, other) => one.title.localeCompare(other.title, 'en'))
  }

  return {
    async find(owner, service) {
      const record = await storage.get(await connectionKey(owner, service))
      return record && summarize(parseConnection(record.value), owner, parts)
    },
    async save(owner, service, connection) {
      const stored = await storedOf(owner, service, connection, parts)
      const { value, options } = formatConnection(stored)
      await storage.set(await connectionKey(owner, service), value, options)
      emit({
        type: 'connection.connected',
        ...connectionFacts(owner, service, connection.clientId, clock),
      })
      await requests.settleAll(owner, service, 'connected')
    },
    list: summaries,
    disconnect,
    revokeAll: disconnectAll,
    async export(owner) {
      const connections = await summaries(owner)
      return { owner, connections, pendingRequests: await exportRequests(storage, owner) }
    },
    async delete(owner) {
      const ended = await disconnectAll(owner)
      await storage.deleteByTag(await ownerTagOf(owner))
      return ended
    },
  }
}

async function storedOf(
  owner: ConnectionOwner,
  service: string,
  connection: NewConnection,
  { services, clock, random }: VaultParts,
): Promise<StoredConnection> {
  const configured = services.get(service)
  const { account, clientId } = connection
  const facts = {
    owner,
    ownerTag: await ownerTagOf(owner),
    service,
    account,
    clientIdThere: configured?.clientId,
    asked: askedOf(configured),
    connectedAt: clock.now(),
    connectedBy: clientId,
  }
  if (connection.kind === 'secret') {
    return { ...facts, kind: 'secret', state: 'active', fields: connection.fields }
  }
  return { ...facts, kind: 'oauth', ...newCredential(connection.tokens, clock.now(), random()) }
}

function askedOf(service: Service | undefined): readonly string[] {
  return service?.kind === 'oauth' ? service.permissions.map(({ name }) => name) : []
}

/** All connections of an owner, also to services that are configured no more. */
async function connectionsOf(
  storage: Storage,
  owner: ConnectionOwner,
): Promise<readonly StoredConnection[]> {
  const found: StoredConnection[] = []
  for await (const key of storage.listByTag(await ownerTagOf(owner))) {
    const record = key.startsWith('connection:') ? await storage.get(key) : undefined
    if (record !== undefined) found.push(parseConnection(record.value))
  }
  return found
}

async function summarize(
  connection: StoredConnection,
  owner: ConnectionOwner,
  { services, uses }: VaultParts,
): Promise<ConnectionSummary> {
  const { service, account, connectedAt, connectedBy } = connection
  const configured = services.get(service)
  const last = await uses.find(owner, service)
  return {
    service,
    title: configured?.title ?? service,
    account,
    permissions: connection.kind === 'oauth' ? connection.scopes : [],
    connectedAt,
    connectedBy,
    lastUsedAt: last?.at,
    lastUsedBy: last?.clientId,
    state: whyUnusable(connection, configured) === undefined ? 'connected' : 'needs_reconnect',
  }
}

/** Why a connection cannot be used as it is; `undefined` where it can. */
export function whyUnusable(
  connection: StoredConnection,
  service: Service | undefined,
): 'ended' | 'permissions' | undefined {
  const isOther = connection.kind !== service?.kind || connection.clientIdThere !== service.clientId
  if (isOther || connection.state !== 'active') return 'ended'
  const isMore = askedOf(service).some((scope) => !connection.asked.includes(scope))
  return isMore ? 'permissions' : undefined
}

/** Takes a connection, so that nothing can use or renew it; after a refresh that is under way. */
async function takeConnection(
  storage: Storage,
  key: string,
): Promise<StoredConnection | undefined> {
  const lock = await lockRefresh(storage, key)
  try {
    const record = await storage.take(key)
    return record && parseConnection(record.value)
  } finally {
    await lock?.release().catch(() => false)
  }
}

async function lockRefresh(storage: Storage, key: string): Promise<Lock | undefined> {
  for (let waited = 0; waited < MAX_LOCK_MILLISECONDS; waited += LOCK_PAUSE_MILLISECONDS) {
    const lock = await storage.lock(`refresh ${key}`, LOCK_SECONDS)
    if (lock !== undefined) return lock
    await sleep(LOCK_PAUSE_MILLISECONDS)
  }
  return undefined
}

async function endAtService(
  connection: StoredConnection,
  service: Service | undefined,
): Promise<Revoked> {
  if (connection.kind !== 'oauth' || service?.kind !== 'oauth') return 'unsupported'
  if (connection.clientIdThere !== service.clientId) return 'unsupported'
  const { accessToken, refreshToken } = connection
  return service.revoke({ accessToken, refreshToken })
}
