import type { Emit } from '../../observability/index.ts'
import type { GuardedAnswer, GuardedFetch } from '../../outbound/index.ts'
import { type Clock, createBoundedMap } from '../../runtime/index.ts'
import { type CacheBounds, cacheLifetime } from './cache-lifetime.ts'
import { isClientDocumentUrl } from './client-document-url.ts'
import type { ClientMetadata, MetadataRules } from './client-metadata.ts'
import type { DocumentRecord, DocumentRecords } from './document-records.ts'
import type { DomainTrust } from './domain-trust.ts'
import type { FetchGovernor } from './fetch-governor.ts'
import { changedFields, parseDocument } from './parse-document.ts'

/** A document, or why there is none. Only `wait` and its seconds are for the client. */
export type DocumentOutcome =
  | { readonly kind: 'document'; readonly metadata: ClientMetadata }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wait'; readonly seconds: number }

/** What a document had, and has no longer or otherwise. */
export interface ClientChange {
  readonly clientId: string
  readonly fields: readonly string[]
}

/** What {@link createClientDocuments} works with. */
export interface ClientDocumentsSettings {
  readonly fetch: GuardedFetch
  readonly records: DocumentRecords
  readonly governor: FetchGovernor
  readonly isTrusted: DomainTrust
  readonly rules: MetadataRules
  readonly bounds: CacheBounds
  readonly clock: Clock
  readonly emit: Emit
  readonly onChange: ((change: ClientChange) => void | Promise<void>) | undefined
}

/** The metadata documents of clients (draft-ietf-oauth-client-id-metadata-document). */
export interface ClientDocuments {
  /** @param address Of whoever asks, for the limits. */
  load(clientId: string, address: string | undefined): Promise<DocumentOutcome>
  /** The metadata that was loaded last, fresh or not. */
  current(clientId: string): ClientMetadata | undefined
  /** Has the document kept, and changes in it noticed, from now on. */
  noteApproval(clientId: string): Promise<void>
}

const MAX_DOCUMENTS = 1_000
/** For how long a document is used when its host cannot be reached to read it again. */
const STALE_SECONDS = 60 * 60
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i

/**
 * Creates the source of client documents: in memory, then in storage, then from their host. One
 * fetch at a time for each; failures are never kept.
 */
export function createClientDocuments(settings: ClientDocumentsSettings): ClientDocuments {
  const { clock, records } = settings
  const known = createBoundedMap<DocumentRecord>(MAX_DOCUMENTS)
  const running = new Map<string, Promise<DocumentOutcome>>()

  const find = async (clientId: string): Promise<DocumentRecord | undefined> => {
    const cached = known.get(clientId)
    if (cached !== undefined && cached.freshUntil > clock.now()) return cached
    return (await records.get(clientId)) ?? cached
  }
  const keep = async (clientId: string, record: DocumentRecord): Promise<DocumentOutcome> => {
    known.set(clientId, record)
    return { kind: 'document', metadata: record.metadata }
  }
  const read = async (clientId: string, address: string | undefined): Promise<DocumentOutcome> => {
    const before = await find(clientId)
    const now = clock.now()
    if (before !== undefined && before.freshUntil > now) return keep(clientId, before)
    const outcome = await fetchDocument(settings, clientId, address)
    if ('record' in outcome) {
      const record = { ...outcome.record, isApproved: before?.isApproved ?? false }
      // First, so that a hook that fails is called again.
      if (before !== undefined) await reportChange(settings, clientId, before, record)
      await records.set(clientId, record)
      return keep(clientId, record)
    }
    if (outcome.kind === 'refused') emitRefusal(settings, clientId, outcome.reason, address)
    const isStale = before !== undefined && before.freshUntil + STALE_SECONDS > now
    return isStale && outcome.isTransient ? keep(clientId, before) : outcome
  }

  return {
    async load(clientId, address) {
      const reason = refusedByName(settings, clientId)
      if (reason !== undefined) {
        emitRefusal(settings, clientId, reason, address)
        return { kind: 'refused', reason }
      }
      const cached = known.get(clientId)
      if (cached !== undefined && cached.freshUntil > clock.now()) return keep(clientId, cached)
      const shared = running.get(clientId)
      if (shared !== undefined) return shared
      const started = read(clientId, address).finally(() => running.delete(clientId))
      running.set(clientId, started)
      return started
    },
    current: (clientId) => known.get(clientId)?.metadata,
    async noteApproval(clientId) {
      const record = isClientDocumentUrl(clientId) ? await find(clientId) : undefined
      if (record === undefined || record.isApproved) return
      const approved = { ...record, isApproved: true }
      await records.set(clientId, approved)
      known.set(clientId, approved)
    },
  }
}

/** Decides without asking anybody. */
function refusedByName(
  { isTrusted }: ClientDocumentsSettings,
  clientId: string,
): string | undefined {
  if (!isClientDocumentUrl(clientId)) return 'client-id'
  return isTrusted(new URL(clientId).hostname) ? undefined : 'domain'
}

type Fetched =
  | { readonly record: Omit<DocumentRecord, 'isApproved'> }
  | ({ readonly isTransient: boolean } & Exclude<DocumentOutcome, { kind: 'document' }>)

async function fetchDocument(
  { fetch, governor, rules, bounds, clock }: ClientDocumentsSettings,
  clientId: string,
  address: string | undefined,
): Promise<Fetched> {
  const permit = await governor.enter(new URL(clientId).hostname, address)
  if (permit.kind === 'wait') return { ...permit, isTransient: true }
  const answer = await fetch(clientId).finally(permit.done)
  const problem = problemOf(answer)
  if (problem !== undefined || answer.kind !== 'answer') {
    return { kind: 'refused', reason: 'fetch', isTransient: true, ...problem }
  }
  const verdict = parseDocument(answer.body, clientId, rules)
  if (!verdict.ok) return { kind: 'refused', reason: verdict.reason, isTransient: false }
  const freshUntil = clock.now() + cacheLifetime(answer.headers, bounds)
  return { record: { metadata: verdict.metadata, freshUntil } }
}

/** Everything but 200 with JSON is an error (draft §4). */
function problemOf(
  answer: GuardedAnswer,
): { readonly reason: string; readonly isTransient: boolean } | undefined {
  if (answer.kind === 'refused') {
    return { reason: answer.reason, isTransient: !['address', 'too-large'].includes(answer.reason) }
  }
  const { status, headers } = answer
  if (status !== 200) return { reason: `status-${status}`, isTransient: status >= 500 }
  const isJson = JSON_TYPE.test(headers.get('content-type') ?? '')
  return isJson ? undefined : { reason: 'content-type', isTransient: false }
}

async function reportChange(
  { clock, emit, onChange }: ClientDocumentsSettings,
  clientId: string,
  before: DocumentRecord,
  after: DocumentRecord,
): Promise<void> {
  const fields = changedFields(before.metadata, after.metadata)
  if (fields.length === 0) return
  emit({ type: 'client.metadata_changed', at: clock.now(), clientId, fields })
  await onChange?.({ clientId, fields })
}

function emitRefusal(
  { clock, emit }: ClientDocumentsSettings,
  clientId: string,
  reason: string,
  address: string | undefined,
): void {
  const shown = clientId.split(/[?#]/, 1)[0]?.slice(0, 200) ?? ''
  emit({ type: 'client.document_refused', at: clock.now(), clientId: shown, reason, address })
}
