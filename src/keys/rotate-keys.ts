import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { systemClock } from '../runtime/index.ts'
import { type GenerateKeyOptions, generateKey, isNewKeyAlgorithm } from './generate-keys.ts'
import type { StoredKeys } from './key-use.ts'
import type { RingKey } from './ring-key.ts'
import { readRingKeys } from './ring-keys.ts'

export interface RotateKeysOptions extends Omit<GenerateKeyOptions, 'status'> {
  /** @defaultValue the algorithm of the current key, where new keys can have it */
  readonly alg?: GenerateKeyOptions['alg']
  /**
   * How long a previous key stays, at least 1: the longest lifetime of what is made with the keys,
   * and how long others may keep the published ones.
   */
  readonly overlapSeconds: number
  /** The `kid` of every key that something kept still needs, such as sealed records: they stay. */
  readonly inUse?: Iterable<string> | undefined
}

const OPTIONS: readonly string[] = [
  'use',
  'alg',
  'clock',
  'overlapSeconds',
  'inUse',
] satisfies (keyof RotateKeysOptions)[]

/** What a rotation comes to. */
export interface KeyRotation {
  readonly keys: StoredKeys
  /** The `kid` of each key that is not in `keys` any more. */
  readonly dropped: readonly string[]
  /** The `kid` of each previous key that would have been dropped, were it not in use. */
  readonly kept: readonly string[]
}

/**
 * Makes the next key the current one, or a new one where there is none, the current key a previous
 * one, and another new key the next one. Previous keys that were retired longer ago than the
 * overlap are dropped.
 *
 * It does NOT write a file, and does NOT check that everybody has seen the next key: leave as much
 * time between two rotations as others may keep the published keys.
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_INVALID`, where the given keys are no valid ring;
 *   `ERR_CONFIG_NUMBER_RANGE`
 */
export async function rotateKeys(
  stored: StoredKeys,
  options: RotateKeysOptions,
): Promise<KeyRotation> {
  requireKnownOptions(options, OPTIONS, 'rotateKeys')
  const { use, overlapSeconds, clock = systemClock } = options
  if (!(overlapSeconds >= 1)) {
    throw new ConfigError('ERR_CONFIG_NUMBER_RANGE', 'overlapSeconds (at least 1)')
  }
  const ring = await readRingKeys(stored, use, 'Keys to rotate')
  const alg = options.alg ?? (isNewKeyAlgorithm(ring.current.alg) ? ring.current.alg : undefined)
  const making = { use, alg, clock }
  const now = clock.now()
  const named = stored.keys.map((key, index) => ({ ...key, ...labelsOf(ring.asStored[index]) }))

  const inUse = new Set(options.inUse)
  const expired = named
    .filter(({ status }) => status === 'previous')
    .filter(({ retired_at = now }) => now - retired_at >= overlapSeconds)
    .map(({ kid }) => kid)
  const dropped = expired.filter((kid) => !inUse.has(kid))
  const next = named.find(({ status }) => status === 'next') ?? (await generateKey(making))
  const previous = named
    .filter(({ status, kid }) => status !== 'next' && !dropped.includes(kid))
    // A key without the time of its retirement is retired now: it stays for a whole overlap.
    .map(({ retired_at = now, ...key }) => Object.assign(key, { status: 'previous', retired_at }))
  const upcoming = await generateKey({ ...making, status: 'next' })
  return {
    keys: { keys: [{ ...next, status: 'current' }, upcoming, ...previous] },
    dropped,
    kept: expired.filter((kid) => inUse.has(kid)),
  }
}

function labelsOf(key: RingKey | undefined): Pick<RingKey, 'kid' | 'status'> {
  return { kid: key?.kid ?? '', status: key?.status ?? 'previous' }
}
