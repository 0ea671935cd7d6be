import type { AdapterPayload } from 'oidc-provider'
import {
  formatRecord,
  isOptionalString,
  parseRecord,
  type RecordKind,
} from '../../runtime/index.ts'

/** What is kept of a model. */
export interface RecordContent {
  /** Without the record's own id in it, wherever that stood. */
  readonly payload: string
  /** Of a refresh token: the key of the answer that it was given out with. */
  readonly answerKey?: string | undefined
}

const FORMAT = 1
/** Stands for the record's id. JSON has no bare control characters, so that it is nothing else. */
const OWN_ID = '\u0001'

/**
 * Takes the record's id out of a payload. It is often a credential, and the whole of what somebody
 * needs who can read the store.
 */
export function withoutId(payload: object, id: string): string {
  return JSON.stringify(payload).replaceAll(spell(id), OWN_ID)
}

/** Puts back what {@link withoutId} has taken out. */
export function withId(payload: string, id: string): AdapterPayload {
  return JSON.parse(payload.replaceAll(OWN_ID, () => spell(id))) as AdapterPayload
}

export function formatContent(content: RecordContent): Uint8Array {
  return formatRecord(FORMAT, content)
}

/** @throws {StorageError} `ERR_STORAGE_TAMPERED`, for what is no content of a known version. */
export function parseContent(kind: RecordKind, value: Uint8Array): RecordContent {
  return parseRecord(value, FORMAT, `Record of the kind ${kind}`, ({ payload, answerKey }) =>
    typeof payload === 'string' && isOptionalString(answerKey) ? { payload, answerKey } : undefined,
  )
}

/** The characters of an id as they stand in JSON. */
function spell(id: string): string {
  return JSON.stringify(id).slice(1, -1)
}
