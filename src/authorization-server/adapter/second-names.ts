import type { AdapterPayload } from 'oidc-provider'
import { formatRecord, parseRecord, type RecordKind } from '../../runtime/index.ts'
import type { Write } from '../../storage/index.ts'
import type { RecordNames } from './record-names.ts'

const FORMAT = 1
/** Before the key of a record, where its id is not known: it was found by its second name. */
const KEY_PREFIX = 'key:'

/** The key of the entry that leads to this record; `undefined` for one that has no second name. */
export async function indexKeyOf(
  names: RecordNames,
  kind: RecordKind,
  { uid, userCode }: Pick<AdapterPayload, 'uid' | 'userCode'>,
): Promise<string | undefined> {
  if (kind === 'session' && uid !== undefined) return names.keyOf('session-uid', uid)
  if (kind === 'device-code' && userCode !== undefined) return names.keyOf('user-code', userCode)
  return undefined
}

/** The write of an entry. It holds the key of the record, and not its id, which is a credential. */
export function indexWrite(key: string, recordName: string, ttlSeconds: number | undefined): Write {
  return { kind: 'set', key, value: formatRecord(FORMAT, { key: recordName }), ttlSeconds }
}

/** The key of the record that an entry leads to. */
export function readIndex(value: Uint8Array): string {
  return parseRecord(value, FORMAT, 'Second name', ({ key }) =>
    typeof key === 'string' ? key : undefined,
  )
}

/** What stands for the id of a record that was found by its second name. It finds nothing. */
export function standInId(key: string): string {
  return KEY_PREFIX + key
}

/** The key of the record that an id stands for, where it is a stand-in of a record of this kind. */
export function keyOfStandIn(kind: RecordKind, id: string): string | undefined {
  const isIndexed = kind === 'session' || kind === 'device-code'
  return isIndexed && id.startsWith(`${KEY_PREFIX}${kind}:`)
    ? id.slice(KEY_PREFIX.length)
    : undefined
}
