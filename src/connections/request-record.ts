import {
  formatRecord,
  isOptionalString,
  parseRecord,
  recordKey,
  sha256Bytes,
} from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { identityOf, isOwner, ownerTagOf } from './connection-record.ts'
import type { ConnectionRequest, ConnectionRequestOutcome } from './connection-requests.ts'
import type { ConnectionOwner } from './owner.ts'
import type { ConnectionExport } from './vault.ts'

/** A request as it is stored: under its id, which is the hash of the handle. */
export interface StoredRequest extends ConnectionRequest {
  readonly outcome: Exclude<ConnectionRequestOutcome, 'expired'>
}

/** The requests of one owner for one service that are under way. */
export interface PendingRequests {
  readonly pending: readonly { readonly id: string; readonly createdAt: number }[]
  /** When the last ones were begun, in seconds since the epoch: at most one minute of them. */
  readonly begun: readonly number[]
}

const FORMAT = 1
const HANDLE = /^[\w-]{43}$/

/** The id that a handle opens; `undefined` for what is none. It does not lead back to the handle. */
export async function requestIdOf(handle: string): Promise<string | undefined> {
  if (!HANDLE.test(handle)) return undefined
  const digest = await sha256Bytes(`connection-request ${handle}`)
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function requestKey(id: string): Promise<string> {
  return recordKey('connection-request', undefined, id)
}

export function pendingKey(owner: ConnectionOwner, service: string): Promise<string> {
  return recordKey('connection-pending', owner.tenant, identityOf(owner, service))
}

export function formatRequest(request: StoredRequest): Uint8Array {
  return formatRecord(FORMAT, request)
}

/** @throws {StorageError} */
export function parseRequest(value: Uint8Array): StoredRequest {
  return parseRecord(value, FORMAT, 'Connection request', (content) =>
    isRequest(content) ? (content as object as StoredRequest) : undefined,
  )
}

function isRequest(content: Readonly<Record<string, unknown>>): boolean {
  const { id, owner, service, operation, createdAt, expiresAt, outcome } = content
  const { clientId, clientName, operationDigest, elicitationId } = content
  return (
    [id, service, operation, outcome].every((text) => typeof text === 'string') &&
    isOwner(owner) &&
    [clientId, clientName, operationDigest, elicitationId].every(isOptionalString) &&
    [createdAt, expiresAt].every((instant) => typeof instant === 'number')
  )
}

export function formatPending(pending: PendingRequests): Uint8Array {
  return formatRecord(FORMAT, pending)
}

/** @throws {StorageError} */
export function parsePending(value: Uint8Array): PendingRequests {
  return parseRecord(value, FORMAT, 'Pending connection requests', (content) => {
    const { pending, begun } = content
    const isRight = Array.isArray(pending) && Array.isArray(begun)
    return isRight ? (content as object as PendingRequests) : undefined
  })
}

/** The pending requests of an owner, for people: nothing in it opens anything. */
export async function exportRequests(
  storage: Storage,
  owner: ConnectionOwner,
): Promise<ConnectionExport['pendingRequests']> {
  const found: ConnectionExport['pendingRequests'][number][] = []
  for await (const key of storage.listByTag(await ownerTagOf(owner))) {
    const record = key.startsWith('connection-request:') ? await storage.get(key) : undefined
    if (record === undefined) continue
    const { service, clientId, operation, createdAt, expiresAt, outcome } = parseRequest(
      record.value,
    )
    if (outcome === 'pending') found.push({ service, clientId, operation, createdAt, expiresAt })
  }
  return found
}
