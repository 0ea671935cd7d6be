import { formatRecord, isObject, parseRecord, recordKey } from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'
import type { ClientMetadata } from './client-metadata.ts'

const FORMAT = 1
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
      return record && readDocument(record)
    },
    async set(clientId, record) {
      const ttlSeconds = (record.isApproved ? APPROVED_DAYS : 1) * DAY_SECONDS
      const key = await recordKey('client-document', tenant, clientId)
      await storage.set(key, formatRecord(FORMAT, record), { ttlSeconds })
    },
  }
}

function readDocument({ value }: StoredRecord): DocumentRecord {
  return parseRecord(value, FORMAT, 'Client document', ({ metadata, freshUntil, isApproved }) => {
    const isRight =
      isObject(metadata) && typeof freshUntil === 'number' && typeof isApproved === 'boolean'
    // Its fields were checked before it was written, and `oidc-provider` checks the client again.
    return isRight
      ? { metadata: metadata as object as ClientMetadata, freshUntil, isApproved }
      : undefined
  })
}
