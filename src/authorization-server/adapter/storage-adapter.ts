import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider'
import type { RecordKind } from '../../runtime/index.ts'
import type { EndGrant } from './grant-ends.ts'
import { withId } from './record-content.ts'
import { kindOfModel } from './record-kinds.ts'
import {
  consumptionOf,
  type RecordStoreOptions,
  readRecord,
  unitFor,
  writeOf,
} from './record-store.ts'
import type { PresentedToken, RequestScopes } from './request-scope.ts'
import { indexKeyOf, indexWrite, keyOfStandIn, readIndex, standInId } from './second-names.ts'

export interface StorageAdapterOptions extends RecordStoreOptions {
  readonly scopes: RequestScopes
  readonly endGrant: EndGrant
  /** Puts a structured access token on the list that resource servers read. */
  readonly revokePresented: (token: PresentedToken) => Promise<void>
}

/**
 * Keeps the models of `oidc-provider` in a {@link Storage}. Ids are in there as keyed hashes only.
 *
 * What a redemption would write is collected in its unit of work, see `grants/`; everything else is
 * written at once. `consume` is a compare-and-swap. A grant ends with all that came of it, whichever
 * model is asked, and before the next line of `oidc-provider` is run.
 */
export function createStorageAdapter(options: StorageAdapterOptions): AdapterFactory {
  return (model) => createModelAdapter(kindOfModel(model), options)
}

function createModelAdapter(kind: RecordKind, options: StorageAdapterOptions): Adapter {
  const { storage, names, scopes, endGrant } = options
  const keyOf = async (id: string): Promise<string> =>
    keyOfStandIn(kind, id) ?? names.keyOf(kind, id)

  async function findByIndex(
    payload: Pick<AdapterPayload, 'uid' | 'userCode'>,
  ): Promise<AdapterPayload | undefined> {
    const indexKey = await indexKeyOf(names, kind, payload)
    const entry = indexKey && (await storage.get(indexKey))
    const key = entry && readIndex(entry.value)
    const found = key && (await readRecord(options, kind, key))
    return found ? withId(found.content.payload, standInId(key)) : undefined
  }

  return {
    upsert: (id, payload, expiresIn) =>
      kind === 'replay-detection'
        ? markProof(options, id, payload, expiresIn)
        : upsert(kind, options, { id, payload, expiresIn }),
    find: (id) => find(kind, options, id),
    findByUid: (uid) => findByIndex({ uid }),
    findByUserCode: (userCode) => findByIndex({ userCode }),
    async consume(id) {
      const target = { kind, key: await keyOf(id), id }
      const unit = unitFor(kind, scopes.current())
      const found = unit?.seen.get(target.key) ?? (await readRecord(options, kind, target.key))
      const write = await consumptionOf(options, target, found, unit?.replayed)
      if (unit !== undefined) unit.writes.set(target.key, write)
      else if (!(await storage.commit([write]))) {
        throw new options.errors.InvalidGrant(`${kind} already consumed`)
      }
    },
    async destroy(id) {
      const presented = scopes.current()?.presented
      if (presented !== undefined && (await presented.claims())?.jti === id) {
        return options.revokePresented(presented)
      }
      if (kind === 'grant') await endAndRemember(id)
      else await destroy(kind, options, await keyOf(id))
    },
    revokeByGrantId: endAndRemember,
  }

  async function endAndRemember(grantId: string): Promise<void> {
    const ended = await endGrant(grantId)
    if (ended !== undefined) scopes.current()?.endedGrants.set(grantId, ended)
  }
}

async function find(
  kind: RecordKind,
  options: StorageAdapterOptions,
  id: string,
): Promise<AdapterPayload | undefined> {
  const scope = options.scopes.current()
  if (scope?.presented?.id === id) return findPresented(kind, scope.presented)
  if (kind === 'replay-detection' && scope?.usedProofs.has(id)) return undefined
  // A stand-in for an id is not one: whoever knows a key of the store must not get in by it.
  const key = await options.names.keyOf(kind, id)
  const unit = unitFor(kind, scope)
  const found = unit?.seen.get(key) ?? (await readRecord(options, kind, key))
  if (found === undefined) return undefined
  const payload = withId(found.content.payload, id)
  unit?.seen.set(key, found)
  if (unit?.replayed === key) delete payload.consumed
  return payload
}

async function findPresented(
  kind: RecordKind,
  presented: PresentedToken,
): Promise<AdapterPayload | undefined> {
  if (kind !== 'access-token' && kind !== 'client-credentials') return undefined
  const claims = await presented.claims()
  const isOfUser = claims?.accountId !== undefined
  return isOfUser === (kind === 'access-token') ? claims : undefined
}

async function upsert(
  kind: RecordKind,
  options: StorageAdapterOptions,
  {
    id,
    payload,
    expiresIn,
  }: { id: string; payload: AdapterPayload; expiresIn: number | undefined },
): Promise<void> {
  const { names, storage, scopes } = options
  const key = keyOfStandIn(kind, id) ?? (await names.keyOf(kind, id))
  const unit = unitFor(kind, scopes.current())
  const answerKey = kind === 'refresh-token' ? unit?.answerKey : undefined
  const write = await writeOf(
    options,
    { kind, key, id },
    withoutCookie(payload),
    expiresIn,
    answerKey,
  )
  if (unit !== undefined) {
    unit.writes.set(key, { ...write, if: 'absent' })
    return
  }
  const indexKey = await indexKeyOf(names, kind, payload)
  const ttlSeconds = write.kind === 'set' ? write.ttlSeconds : undefined
  const index = indexKey === undefined ? [] : [indexWrite(indexKey, key, ttlSeconds)]
  await storage.commit([write, ...index])
}

/** An interaction needs not know the cookie of the session that it belongs to. */
function withoutCookie(payload: AdapterPayload): AdapterPayload {
  if (payload.session?.cookie === undefined) return payload
  const { cookie: _, ...session } = payload.session
  return { ...payload, session }
}

/** How far ahead of its clock `oidc-provider` takes a proof, and does not count in its time. */
const MAX_AHEAD_SECONDS = 300

/**
 * Of several requests with one proof, or one assertion of the client, one gets through (RFC 9449
 * §11.1, RFC 7523 §3).
 */
async function markProof(
  options: StorageAdapterOptions,
  id: string,
  payload: AdapterPayload,
  expiresIn: number | undefined,
): Promise<void> {
  const { names, storage, scopes, errors } = options
  const scope = scopes.current()
  if (scope?.usedProofs.has(id)) return
  const target = {
    kind: 'replay-detection',
    key: await names.keyOf('replay-detection', id),
    id,
  } as const
  const ttlSeconds = expiresIn === undefined ? undefined : expiresIn + MAX_AHEAD_SECONDS
  const write = await writeOf(options, target, payload, ttlSeconds)
  if (!(await storage.commit([{ ...write, if: 'absent' }]))) {
    // A grant has begun when proofs are looked at, and not yet when the client is authenticated.
    throw scope?.unit === undefined
      ? new errors.InvalidClientAuth('client assertion already used')
      : new errors.InvalidGrant('proof already used')
  }
  scope?.usedProofs.add(id)
}

/** Deletes a record, and the entry that leads to it unless that leads to another one by now. */
async function destroy(
  kind: RecordKind,
  options: StorageAdapterOptions,
  key: string,
): Promise<void> {
  const { names, storage } = options
  const found = await readRecord(options, kind, key)
  if (found === undefined) return
  const indexKey = await indexKeyOf(names, kind, withId(found.content.payload, ''))
  const entry = indexKey && (await storage.get(indexKey))
  if (!indexKey || !entry || readIndex(entry.value) !== key) {
    await storage.delete(key)
    return
  }
  const writes = [
    { kind: 'delete', key },
    { kind: 'delete', key: indexKey, if: { version: entry.version } },
  ] as const
  if (!(await storage.commit(writes))) await storage.delete(key)
}
