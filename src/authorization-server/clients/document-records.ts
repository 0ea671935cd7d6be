import { recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ClientMetadata } from './client-metadata.ts'
import { isObject } from './raw-values.ts'
import { decodeRecord, encodeRecord } from './stored-json.ts'

const DAY_SECONDS = 24 * 60 * 60
const APPROVED_DAYS = 90

/** A document as it was last read. */
export interface DocumentRecord {
  readonly metadata: ClientMetadata
  /** Seconds since the epoch. */
  readonly freshUntil: number
  /** Whether a user has approved the client; its record is then kept to notice changes. */
  readonly isApproved: boolean
}

/** The documents that were read, for all replicas. */
export interface DocumentRecords {
  get(clientId: string): Promise<DocumentRecord | undefined>
  set(clientId: string, record: DocumentRecord): Promise<void>
}

/**
 * Keeps documents: a day each, so that strangers who name URLs cannot fill the storage for long, and
 * 90 days once a user has approved the client.
 */
export function createDocumentRecords(
  storage: Storage,
  tenant: string | undefined,
): DocumentRecords {
  return {
    async get(clientId) {
      const record = await storage.get(await recordKey('client-document', tenant, clientId))
      if (record === undefined) return undefined
      const { metadata, freshUntil, isApproved } = decodeRecord(record, 'Client document')
      if (!isObject(metadata) || typeof freshUntil !== 'number') return undefined
      // Written by us, and sealed where the storage is.
      const known = metadata as object as ClientMetadata
      return { metadata: known, freshUntil, isApproved: isApproved === true }
    },
    async set(clientId, record) {
      const ttlSeconds = (record.isApproved ? APPROVED_DAYS : 1) * DAY_SECONDS
      const key = await recordKey('client-document', tenant, clientId)
      await storage.set(key, encodeRecord({ ...record }), { ttlSeconds })
    },
  }
}
