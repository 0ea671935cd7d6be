import { DeniedError } from '../errors/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Condition, Storage, Write } from '../storage/index.ts'
import { connectionFacts } from './connection-facts.ts'
import { ownerTagOf } from './connection-record.ts'
import type {
  ConnectionRequestOutcome,
  ConnectionRequests,
  RequestPurpose,
} from './connection-requests.ts'
import type { ConnectionOwner } from './owner.ts'
import { randomHandle } from './random-handle.ts'
import {
  formatPending,
  formatRequest,
  type PendingRequests,
  parsePending,
  parseRequest,
  pendingKey,
  requestIdOf,
  requestKey,
  type StoredRequest,
} from './request-record.ts'
import { waitForOutcome } from './wait-for-outcome.ts'

export interface ConnectionRequestsOptions {
  readonly storage: Storage
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly emit: Emit
  readonly clock: Clock
}

const TTL_SECONDS = 600
const MAX_PENDING = 10
const MAX_PER_MINUTE = 30
const MINUTE_SECONDS = 60
/** How often a change is tried that others overtake. */
const MAX_TRIES = 50

interface Index extends PendingRequests {
  readonly condition: Condition
}

/** Keeps requests to connect a service: 10 minutes each, 10 of one user for one service. */
export function createConnectionRequests(options: ConnectionRequestsOptions): ConnectionRequests {
  const { storage, clock } = options

  async function read(id: string): Promise<(StoredRequest & { version: string }) | undefined> {
    const record = await storage.get(await requestKey(id))
    if (record === undefined) return undefined
    const request = { ...parseRequest(record.value), version: record.version }
    return clock.now() < request.expiresAt ? request : undefined
  }
  async function ofOwner(owner: ConnectionOwner, id: string): ReturnType<typeof read> {
    const request = await read(id)
    return request?.owner.id === owner.id ? request : undefined
  }
  async function outcome(owner: ConnectionOwner, id: string): Promise<ConnectionRequestOutcome> {
    return (await ofOwner(owner, id))?.outcome ?? 'expired'
  }
  async function settle(
    owner: ConnectionOwner,
    id: string,
    settled: 'connected' | 'declined' | 'failed',
  ): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const request = await ofOwner(owner, id)
      if (request?.outcome !== 'pending') return false
      const writes = await settling(request, request.version, settled, options)
      if (await storage.commit(writes)) return true
    }
    return false
  }

  return {
    begin: (owner, service, purpose) => begin(owner, service, purpose, options),
    async find(handle) {
      const id = await requestIdOf(handle)
      const request = id === undefined ? undefined : await read(id)
      return request?.outcome === 'pending' ? withoutOutcome(request) : undefined
    },
    async get(owner, id) {
      const request = await ofOwner(owner, id)
      return request && { ...withoutOutcome(request), outcome: request.outcome }
    },
    settle,
    async settleAll(owner, service, settled) {
      const { pending } = await readIndex(owner, service, options)
      for (const { id } of pending) await settle(owner, id, settled)
    },
    outcome,
    waitFor: (owner, id, wait) => waitForOutcome(() => outcome(owner, id), clock, wait),
    async drop(owner, id) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const request = await ofOwner(owner, id)
        if (request === undefined) return
        const key = await requestKey(id)
        const removed: Write = { kind: 'delete', key, if: { version: request.version } }
        const index = await withoutPending(request, options)
        if (await storage.commit([removed, ...index])) return
      }
    },
  }
}

function withoutOutcome({
  outcome: _outcome,
  ...request
}: StoredRequest & { readonly version?: string }): Omit<StoredRequest, 'outcome'> {
  const { version: _version, ...rest } = request
  return rest
}

async function begin(
  owner: ConnectionOwner,
  service: string,
  purpose: RequestPurpose,
  options: ConnectionRequestsOptions,
): ReturnType<ConnectionRequests['begin']> {
  const { storage, baseUrl, emit, clock } = options
  const handle = randomHandle()
  const id = (await requestIdOf(handle)) ?? ''
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const createdAt = clock.now()
    const expiresAt = createdAt + TTL_SECONDS
    const index = await readIndex(owner, service, options)
    if (index.begun.length >= MAX_PER_MINUTE) {
      throw new DeniedError('ERR_DENIED_TOO_MANY', `Connection to ${service}`)
    }
    const kept = index.pending.slice(-(MAX_PENDING - 1))
    const dropped = index.pending.slice(0, index.pending.length - kept.length)
    const request = {
      ...purpose,
      id,
      owner,
      service,
      createdAt,
      expiresAt,
      outcome: 'pending',
    } as const
    const pending = [...kept, { id, createdAt }]
    const lifetime = { ttlSeconds: TTL_SECONDS, tags: [await ownerTagOf(owner)] }
    const key = await requestKey(id)
    const writes: readonly Write[] = [
      { kind: 'set', key, value: formatRequest(request), if: 'absent', ...lifetime },
      await indexWrite({ ...index, pending, begun: [...index.begun, createdAt] }, owner, service),
      ...(await Promise.all(
        dropped.map(async (old) => ({ kind: 'delete' as const, key: await requestKey(old.id) })),
      )),
    ]
    if (!(await storage.commit(writes))) continue
    emit({
      type: 'connection.requested',
      ...connectionFacts(owner, service, purpose.clientId, clock),
      operation: purpose.operation,
    })
    return { id, url: `${baseUrl}/connect/${service}?request=${handle}`, expiresAt }
  }
  throw new DeniedError('ERR_DENIED_TOO_MANY', `Connection to ${service}`)
}

async function settling(
  request: StoredRequest,
  version: string,
  outcome: 'connected' | 'declined' | 'failed',
  options: ConnectionRequestsOptions,
): Promise<readonly Write[]> {
  const { version: _version, ...stored } = { ...request, version }
  const left = Math.max(1, request.expiresAt - options.clock.now())
  return [
    {
      kind: 'set',
      key: await requestKey(request.id),
      value: formatRequest({ ...stored, outcome }),
      if: { version },
      ttlSeconds: left,
      tags: [await ownerTagOf(request.owner)],
    },
    ...(await withoutPending(request, options)),
  ]
}

/** The index without a request, where it is there. */
async function withoutPending(
  { owner, service, id }: StoredRequest,
  options: ConnectionRequestsOptions,
): Promise<readonly Write[]> {
  const index = await readIndex(owner, service, options)
  const pending = index.pending.filter((one) => one.id !== id)
  if (pending.length === index.pending.length) return []
  return [await indexWrite({ ...index, pending }, owner, service)]
}

async function indexWrite(
  { condition, pending, begun }: Index,
  owner: ConnectionOwner,
  service: string,
): Promise<Write> {
  return {
    kind: 'set',
    key: await pendingKey(owner, service),
    value: formatPending({ pending, begun }),
    if: condition,
    ttlSeconds: TTL_SECONDS,
    tags: [await ownerTagOf(owner)],
  }
}

async function readIndex(
  owner: ConnectionOwner,
  service: string,
  { storage, clock }: ConnectionRequestsOptions,
): Promise<Index> {
  const record = await storage.get(await pendingKey(owner, service))
  if (record === undefined) return { pending: [], begun: [], condition: 'absent' }
  const { pending, begun } = parsePending(record.value)
  const now = clock.now()
  return {
    pending: pending.filter(({ createdAt }) => now - createdAt < TTL_SECONDS),
    begun: begun.filter((at) => now - at < MINUTE_SECONDS),
    condition: { version: record.version },
  }
}
