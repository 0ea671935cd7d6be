import { ConfigError } from '../errors/index.ts'
import type { KeyStatus, KeyUse, StoredKey, StoredKeys } from './key-use.ts'
import { type RingKey, readRingKey } from './ring-key.ts'

/** The checked keys of a ring, at one moment. */
export interface RingKeys {
  readonly current: RingKey
  /** The current key first, then the next one, then those before. */
  readonly all: readonly RingKey[]
  /** In the order of the file. */
  readonly asStored: readonly RingKey[]
  readonly byKid: ReadonlyMap<string, RingKey>
}

const ORDER: readonly KeyStatus[] = ['current', 'next', 'previous']

/**
 * Checks a key set as a whole: exactly one current key, at most one next, no `kid` twice.
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID`
 */
export async function readRingKeys(
  stored: StoredKeys,
  use: KeyUse,
  source: string,
): Promise<RingKeys> {
  const statuses = readStatuses(stored.keys, source)
  const keys = await Promise.all(
    stored.keys.map((key, index) =>
      readRingKey(key, use, statuses[index] ?? 'previous', `${source}: key ${index + 1}`),
    ),
  )
  const all = ORDER.flatMap((status) => keys.filter((key) => key.status === status))
  const [current, second] = all
  if (current?.status !== 'current') throw invalid(source, 'no current key')
  if (second?.status === 'current') throw invalid(source, 'several current keys')
  if (all[2]?.status === 'next') throw invalid(source, 'several next keys')
  const byKid = new Map(all.map((key) => [key.kid, key]))
  const twice = all.find((key) => byKid.get(key.kid) !== key)
  if (twice !== undefined) throw invalid(source, `kid ${twice.kid} twice`)
  return { current, all, asStored: keys, byKid }
}

/** A set that says nothing about status is one as others make it: the first key is used. */
function readStatuses(keys: readonly StoredKey[], source: string): readonly KeyStatus[] {
  const unknown = keys.find(({ status }) => status !== undefined && !ORDER.includes(status))
  if (unknown !== undefined) throw invalid(source, 'status')
  const isUnmarked = keys.every(({ status }) => status === undefined)
  return keys.map(({ status }, index) => {
    if (isUnmarked && index === 0) return 'current'
    return status ?? 'previous'
  })
}

function invalid(source: string, what: string): ConfigError {
  return new ConfigError('ERR_CONFIG_KEY_INVALID', `${source} (${what})`)
}
