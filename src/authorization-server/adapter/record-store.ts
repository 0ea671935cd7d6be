import type { AdapterPayload, errors } from 'oidc-provider'
import type { Clock, RecordKind } from '../../runtime/index.ts'
import type { Storage, Write } from '../../storage/index.ts'
import { formatContent, parseContent, withId, withoutId } from './record-content.ts'
import type { RecordNames } from './record-names.ts'
import type { RequestScope, SeenRecord, UnitOfWork } from './request-scope.ts'

/** What all models are kept with. */
export interface RecordStoreOptions {
  readonly storage: Storage
  readonly names: RecordNames
  readonly clock: Clock
  readonly errors: Pick<typeof errors, 'InvalidClientAuth' | 'InvalidGrant'>
}

/** Kinds that are part of a redemption: their writes wait for its end. */
const ATOMIC_KINDS: ReadonlySet<RecordKind> = new Set([
  'access-token',
  'authorization-code',
  'refresh-token',
])
/** Kinds that end with the grant that they belong to. */
const GRANTED_KINDS: ReadonlySet<RecordKind> = new Set([...ATOMIC_KINDS, 'device-code'])

/** The unit of work that writes of this kind belong to, where one is going on. */
export function unitFor(kind: RecordKind, scope: RequestScope | undefined): UnitOfWork | undefined {
  return ATOMIC_KINDS.has(kind) ? scope?.unit : undefined
}

export async function readRecord(
  { storage }: Pick<RecordStoreOptions, 'storage'>,
  kind: RecordKind,
  key: string,
): Promise<SeenRecord | undefined> {
  const record = await storage.get(key)
  return record && { record, content: parseContent(kind, record.value) }
}

/** The write of a payload, tagged with its grant. */
export async function writeOf(
  { names }: RecordStoreOptions,
  target: { readonly kind: RecordKind; readonly key: string; readonly id: string },
  payload: AdapterPayload,
  ttlSeconds: number | undefined,
  answerKey?: string,
): Promise<Write> {
  const { kind, key, id } = target
  const grantId = kind === 'grant' ? id : GRANTED_KINDS.has(kind) ? payload.grantId : undefined
  return {
    kind: 'set',
    key,
    value: formatContent({ payload: withoutId(payload, id), answerKey }),
    // A time that has passed since it was computed is no mistake of the caller.
    ttlSeconds: ttlSeconds === undefined ? undefined : Math.max(1, Math.floor(ttlSeconds)),
    tags: grantId === undefined ? undefined : [await names.grantTag(grantId)],
  }
}

/**
 * The write that uses a record up, for the version that was read: of several that try, one wins.
 *
 * @throws {InvalidGrant} where there is no such record, or it was used up before
 */
export async function consumptionOf(
  options: RecordStoreOptions,
  target: { readonly kind: RecordKind; readonly key: string; readonly id: string },
  found: SeenRecord | undefined,
  replayed: string | undefined,
): Promise<Write> {
  const {
    clock,
    errors: { InvalidGrant },
  } = options
  if (found === undefined) throw new InvalidGrant(`${target.kind} not found`)
  const { record, content } = found
  const payload = withId(content.payload, target.id)
  if (payload.consumed !== undefined && target.key !== replayed) {
    throw new InvalidGrant(`${target.kind} already consumed`)
  }
  const now = clock.now()
  const ttlSeconds = record.expiresAt === undefined ? undefined : record.expiresAt - now
  const write = await writeOf(options, target, { ...payload, consumed: now }, ttlSeconds)
  return { ...write, if: { version: record.version } }
}
