import type { AdapterPayload } from 'oidc-provider'
import { StorageError } from '../../errors/index.ts'
import type { RecordKind } from '../../runtime/index.ts'

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

const encoder = new TextEncoder()
const decoder = new TextDecoder()

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
  return encoder.encode(JSON.stringify({ version: FORMAT, ...content }))
}

/** @throws {StorageError} `ERR_STORAGE_TAMPERED`, for what is no content of a known version. */
export function parseContent(kind: RecordKind, value: Uint8Array): RecordContent {
  try {
    const content = JSON.parse(decoder.decode(value)) as Record<string, unknown>
    const { version, payload, answerKey } = content
    const isKnown =
      version === FORMAT &&
      typeof payload === 'string' &&
      (answerKey === undefined || typeof answerKey === 'string')
    if (isKnown) return { payload, answerKey }
  } catch {
    // Said below, without what the parser quotes.
  }
  throw new StorageError('ERR_STORAGE_TAMPERED', `Record of the kind ${kind}`, { retryable: false })
}

/** The characters of an id as they stand in JSON. */
function spell(id: string): string {
  return JSON.stringify(id).slice(1, -1)
}
