import { base64url } from 'jose'
import { StorageError } from '../errors/index.ts'
import type { KeyRing, RingKey } from '../keys/index.ts'
import { createCheckedRandom, type FillRandom, systemRandom } from './checked-random.ts'
import { createRecordCipher, type RecordCipher } from './record-cipher.ts'
import {
  formatAssociatedData,
  formatBinding,
  formatContent,
  formatHead,
  formatSealed,
  NONCE_BYTES,
  parseContent,
  parseHead,
  parseSealed,
  printable,
  type RecordContent,
  SALT_BYTES,
} from './record-format.ts'

export interface SealingOptions {
  /**
   * Bound to every record, so that none of a store with another name opens here. It can NOT be
   * changed later. @defaultValue empty
   */
  readonly name?: string | undefined
  /** @defaultValue the generator of the platform */
  readonly random?: FillRandom | undefined
}

/** The names of {@link SealingOptions}. */
export const SEALING_OPTIONS: readonly string[] = [
  'name',
  'random',
] satisfies (keyof SealingOptions)[]

/** An opened record, and the key that it was sealed with. */
export interface OpenedRecord extends RecordContent {
  readonly kid: string
}

/** Seals records and opens them. */
export interface Sealer {
  seal(ringKey: RingKey, key: string, content: RecordContent): Promise<Uint8Array<ArrayBuffer>>
  /**
   * @throws {StorageError} `ERR_STORAGE_TAMPERED`, where the bytes are not exactly what was sealed
   *   for this key of this store with a key of the ring; `ERR_STORAGE_FORMAT`, where a newer
   *   release has sealed it.
   */
  open(key: string, record: Uint8Array): Promise<OpenedRecord>
}

/** Creates a {@link Sealer} on the keys of a ring. */
export function createSealer(keys: KeyRing, options: SealingOptions = {}): Sealer {
  const { name = '', random = systemRandom } = options
  const drawRandom = createCheckedRandom(random)
  // By the key itself: a ring that reads its source again has new ones, and the old ones go.
  const known = new WeakMap<RingKey, PreparedKey>()

  function prepare(ringKey: RingKey): PreparedKey {
    const prepared = known.get(ringKey) ?? prepareKey(ringKey, name)
    known.set(ringKey, prepared)
    return prepared
  }

  return {
    async seal(ringKey, key, content) {
      const { cipher, head, binding } = prepare(ringKey)
      const drawn = drawRandom(SALT_BYTES + NONCE_BYTES)
      const [salt, nonce] = [drawn.subarray(0, SALT_BYTES), drawn.subarray(SALT_BYTES)]
      const associatedData = formatAssociatedData(binding, key)
      const secrets = { salt, nonce, associatedData }
      const ciphertext = await cipher.seal(formatContent(content), secrets)
      return formatSealed(head, { salt, nonce, ciphertext })
    },
    async open(key, record) {
      const parts = parseSealed(record)
      if (parts === undefined) throw unreadable(key, record)
      const { kid, salt, nonce, ciphertext } = parts
      const ringKey = await keys.find(kid)
      if (ringKey === undefined) throw tampered(key, `its key ${printable(kid)} is not in the ring`)
      const { cipher, binding } = prepare(ringKey)
      const associatedData = formatAssociatedData(binding, key)
      const opened = await cipher.open(ciphertext, { salt, nonce, associatedData })
      if (opened === undefined) throw tampered(key, 'not what was sealed')
      return { ...parseContent(opened), kid }
    },
  }
}

interface PreparedKey {
  readonly cipher: RecordCipher
  readonly head: Uint8Array
  readonly binding: Uint8Array
}

function prepareKey(ringKey: RingKey, store: string): PreparedKey {
  const secret = new Uint8Array(base64url.decode(ringKey.reveal().k ?? ''))
  const head = formatHead(ringKey.kid)
  return { cipher: createRecordCipher(secret), head, binding: formatBinding(head, store) }
}

function unreadable(key: string, record: Uint8Array): StorageError {
  const head = parseHead(record)
  if (head?.isNewer !== true) return tampered(key, 'no sealed record')
  const subject = `${kindOf(key)} (sealed with the key ${head.kid})`
  return new StorageError('ERR_STORAGE_FORMAT', subject, { retryable: false })
}

function tampered(key: string, what: string): StorageError {
  return new StorageError('ERR_STORAGE_TAMPERED', `${kindOf(key)} (${what})`, { retryable: false })
}

/** Names the kind of the record, which its key begins with, and not the key. */
function kindOf(key: string): string {
  const kind = /^([\w-]{1,64}):/.exec(key)?.[1]
  return kind === undefined ? 'Record' : `Record of the kind ${kind}`
}
