import { hash } from 'node:crypto'
import type { Adapter } from 'oidc-provider'
import {
  type Clock,
  createBoundedMap,
  formatRecord,
  isOptionalString,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'
import type { ClientMetadata } from './client-metadata.ts'
import type { RegistrationSettings } from './settings.ts'

/** The clients that have registered themselves: how many, which ones are the same, how long. */
export interface RegistrationRecords {
  /** The public client that has registered this metadata and still exists; it is kept for longer. */
  findSame(metadata: ClientMetadata): Promise<string | undefined>
  /** Whether there are as many as there may be. Counted once a minute, and as they come. */
  isFull(): Promise<boolean>
  add(clientId: string, metadata: ClientMetadata): Promise<void>
  /** Keeps a client for longer, because it has been used. At most once a day for each. */
  noteUse(clientId: string): Promise<void>
}

const FORMAT = 1
const RECOUNT_SECONDS = 60
const RENEWAL_SECONDS = 24 * 60 * 60
const MAX_RENEWALS = 10_000

/**
 * Creates the records of a tenant.
 *
 * The same metadata is folded into one client where that is public and has no keys: such a client is
 * no more than its redirect URIs, which are the same, so nobody learns or gains anything by getting
 * its id; grants, refresh tokens and approvals are per user and sign-in, and end one by one. A client
 * with a secret or keys is a new one each time.
 *
 * @param clients The adapter of `oidc-provider` for its `Client` records.
 */
export function createRegistrationRecords(
  { maxClients, unusedSeconds, ttlSeconds }: RegistrationSettings,
  storage: Storage,
  tenant: string | undefined,
  clients: Adapter,
  clock: Clock,
): RegistrationRecords {
  const renewals = createBoundedMap<number>(MAX_RENEWALS)
  let counted: { at: number; clients: number } | undefined

  const keyOf = (clientId: string): Promise<string> => recordKey('registration', tenant, clientId)
  const digestKey = (digest: string): Promise<string> =>
    recordKey('registration-digest', tenant, digest)

  /** @returns Whether it is there. */
  async function keep(clientId: string, seconds: number): Promise<boolean> {
    const key = await keyOf(clientId)
    const record = await storage.get(key)
    const payload = record && (await clients.find(clientId))
    if (!record || !payload) return false
    const digest = readDigest(record)
    await clients.upsert(clientId, payload, seconds)
    await storage.set(key, record.value, { ttlSeconds: seconds })
    if (digest === undefined) return true
    const value = formatRecord(FORMAT, { clientId })
    await storage.set(await digestKey(digest), value, { ttlSeconds: seconds })
    return true
  }

  return {
    async findSame(metadata) {
      const digest = digestOf(metadata)
      const record = digest && (await storage.get(await digestKey(digest)))
      if (!record) return undefined
      const clientId = readClientId(record)
      if (!(await clients.find(clientId))) return undefined
      // It may be about to end, and whoever registers now has just begun.
      const { expiresAt = Infinity } = record
      if (expiresAt - clock.now() < unusedSeconds / 2) await keep(clientId, unusedSeconds)
      return clientId
    },
    async isFull() {
      const now = clock.elapsed() / 1_000
      if (counted === undefined || now - counted.at > RECOUNT_SECONDS) {
        counted = { at: now, clients: await countLike(storage, await keyOf('')) }
      }
      return counted.clients >= maxClients
    },
    async add(clientId, metadata) {
      if (counted !== undefined) counted.clients += 1
      const digest = digestOf(metadata)
      const options = { ttlSeconds: unusedSeconds }
      const value = formatRecord(FORMAT, { at: clock.now(), digest })
      await storage.set(await keyOf(clientId), value, options)
      if (digest === undefined) return
      await storage.set(await digestKey(digest), formatRecord(FORMAT, { clientId }), options)
    },
    async noteUse(clientId) {
      const now = clock.elapsed() / 1_000
      if (now - (renewals.get(clientId) ?? -Infinity) < RENEWAL_SECONDS) return
      if (await keep(clientId, ttlSeconds)) renewals.set(clientId, now)
    },
  }
}

/** How many records there are of the kind and tenant of a key. */
async function countLike(storage: Storage, key: string): Promise<number> {
  const keys = storage.list(key.slice(0, key.lastIndexOf(':') + 1))[Symbol.asyncIterator]()
  let found = 0
  while ((await keys.next()).done !== true) found += 1
  return found
}

/** The client that has the metadata of this digest. */
function readClientId({ value }: StoredRecord): string {
  return parseRecord(value, FORMAT, 'Registration digest', ({ clientId }) =>
    typeof clientId === 'string' ? clientId : undefined,
  )
}

/** The digest of a registered client, where it has one. */
function readDigest({ value }: StoredRecord): string | undefined {
  const { digest } = parseRecord(value, FORMAT, 'Registration', ({ at, digest: found }) =>
    typeof at === 'number' && isOptionalString(found) ? { digest: found } : undefined,
  )
  return digest
}

/** What two registrations have to have in common to be one; `undefined` where they never are. */
function digestOf(metadata: ClientMetadata): string | undefined {
  if (metadata.token_endpoint_auth_method !== 'none') return undefined
  const fields = Object.entries(metadata).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return hash('sha256', JSON.stringify(fields), 'base64url')
}
