import { requireKnownOptions } from '../options/index.ts'
import {
  type Clock,
  formatRecord,
  isObject,
  parseRecord,
  recordKey,
  systemClock,
} from '../runtime/index.ts'
import type { Storage, StoredRecord } from '../storage/index.ts'
import { keyOfRevoked, type Revocations, revocationKey } from './revocations.ts'
import {
  addRevokedTokens,
  isTokenRevoked,
  moveInstant,
  NOTHING_REVOKED,
  type RevokedAccess,
} from './revoked-access.ts'

export interface StoredRevocationsOptions {
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}

const FORMAT = 1

/**
 * Revocations in a store: of several processes, or for longer than one lives.
 *
 * Every request then reads the store once, and is answered 503 while that cannot be reached. There
 * is one record for each caller, of some 100 bytes and 70 more for each single token. It is never
 * forgotten where it holds an instant, and else when its last token has expired. It does not hold
 * whose it is.
 *
 * @param storage As `sealed` gives it, or bare: the records are no secrets, but who can write to
 *   the store can take a revocation back.
 *
 * @example
 * ```ts
 * const revocations = storedRevocations(await openStorage('sqlite:./gatehouse.db'))
 * createResourceServer({ resource, authorizationServers, revocations })
 * ```
 */
export function storedRevocations(
  storage: Storage,
  options: StoredRevocationsOptions = {},
): Required<Revocations> {
  requireKnownOptions(options, ['clock'], 'storedRevocations')
  const { clock = systemClock } = options

  async function change(
    identity: string,
    next: (access: RevokedAccess) => RevokedAccess,
  ): Promise<void> {
    const key = await keyOf(identity)
    for (let isDone = false; !isDone; ) {
      const record = await storage.get(key)
      const access = readAccess(record)
      const changed = next(access)
      if (isSame(access, changed)) return
      const value = formatAccess(changed)
      const lifetime = { ttlSeconds: lifetimeOf(changed, clock.now()) }
      isDone =
        record === undefined
          ? await storage.set(key, value, { ifAbsent: true, ...lifetime })
          : await storage.compareAndSwap(key, record.version, value, lifetime)
    }
  }

  return {
    revoke: ({ before, ...caller }) =>
      change(keyOfRevoked(caller), (access) => moveInstant(access, before)),
    revokeTokens: (tokens) =>
      change(keyOfRevoked(tokens), (access) => addRevokedTokens(access, tokens, clock.now())),
    async revokedBefore(caller) {
      return readAccess(await storage.get(await keyOf(revocationKey(caller)))).before
    },
    async isTokenRevoked(caller, token) {
      return isTokenRevoked(
        readAccess(await storage.get(await keyOf(revocationKey(caller)))),
        token,
      )
    },
  }
}

/** Whoever is revoked is so in every tenant. */
function keyOf(identity: string): Promise<string> {
  return recordKey('revocation', undefined, identity)
}

function isSame(one: RevokedAccess, other: RevokedAccess): boolean {
  if (one.before !== other.before || one.tokens.size !== other.tokens.size) return false
  return [...other.tokens].every(([name, until]) => one.tokens.get(name) === until)
}

/** Until it is deleted, where it holds an instant. */
function lifetimeOf({ before, tokens }: RevokedAccess, now: number): number | undefined {
  return before === undefined ? Math.max(1, Math.max(...tokens.values()) - now) : undefined
}

function formatAccess({ before, tokens }: RevokedAccess): Uint8Array {
  return formatRecord(FORMAT, {
    // Nothing is issued before 0, for releases that know of instants only.
    before: before ?? 0,
    ...(tokens.size > 0 && { tokens: Object.fromEntries(tokens) }),
  })
}

function readAccess(record: StoredRecord | undefined): RevokedAccess {
  if (record === undefined) return NOTHING_REVOKED
  return parseRecord(record.value, FORMAT, 'Revocation', ({ before, tokens = {} }) => {
    if (typeof before !== 'number' || !Number.isFinite(before) || !isObject(tokens))
      return undefined
    const entries = Object.entries(tokens)
    if (!entries.every(isRevokedToken)) return undefined
    return { before: before === 0 ? undefined : before, tokens: new Map(entries) }
  })
}

function isRevokedToken(entry: readonly [string, unknown]): entry is [string, number] {
  return Number.isFinite(entry[1])
}
