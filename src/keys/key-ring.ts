import type { JWK } from 'jose'
import { ConfigError } from '../errors/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import type { KeySource } from './key-source.ts'
import type { KeyUse, StoredKeys } from './key-use.ts'
import type { RingKey } from './ring-key.ts'
import { type RingKeys, readRingKeys } from './ring-keys.ts'

/** The keys for one use: one that is used, one that will be, and those that still are accepted. */
export interface KeyRing {
  readonly use: KeyUse
  /** The key to sign, encrypt or seal with. */
  current(): Promise<RingKey>
  /** The key with this `kid`, whatever its status. The source is looked at again for one it lacks. */
  find(kid: string): Promise<RingKey | undefined>
  /** The current key first, then the next one, then those before. */
  all(): Promise<readonly RingKey[]>
  /**
   * Public members only, the next key among them; no keys for symmetric uses.
   *
   * @throws {ConfigError} `ERR_CONFIG_OPTIONS_CONFLICT`, where the public keys are withheld
   */
  publicJwks(): Promise<{ readonly keys: readonly JWK[] }>
  /**
   * Keeps the public keys from being published from now on: they are a secret between a sender and
   * this server. It does NOT know of another ring with the same keys, nor of a copy of the file.
   */
  withhold(): void
  isWithheld(): boolean
}

export interface KeyRingOptions {
  readonly use: KeyUse
  /** {@link keysFromFile}, {@link keysFromEnvironment} or {@link keysFromFunction}. */
  readonly source: KeySource
  /**
   * Told once when keys cannot be read again, and those from before stay. What it throws is
   * ignored. @defaultValue a warning on the console
   */
  readonly onError?: (error: Error) => void
  /** @defaultValue the system's clock */
  readonly clock?: Clock
}

const OPTIONS: readonly string[] = [
  'use',
  'source',
  'onError',
  'clock',
] satisfies (keyof KeyRingOptions)[]

/**
 * Reads the keys for one use, and reads them again when their source has changed. A changed source
 * that is invalid is ignored as a whole: the last good keys stay.
 *
 * It does NOT rotate keys, and does NOT keep keys of one ring out of another where nothing marks
 * them (`ring`, `use`, `key_ops`).
 *
 * @throws {ConfigError} `ERR_CONFIG_KEY_FILE` or `ERR_CONFIG_KEY_INVALID`, where the keys cannot be
 *   read the first time, or one of them is of another kind or marked for another use;
 *   `ERR_CONFIG_OPTION_UNKNOWN`
 */
export async function createKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  requireKnownOptions(options, OPTIONS, 'createKeyRing')
  const { use, source, onError = warn, clock = systemClock } = options
  let checkedAt = clock.elapsed()
  let seen: StoredKeys = await source.read()
  let keys: RingKeys = await readRingKeys(seen, use, source.name)
  let reported: string | undefined
  let reads = 0
  let newest = 0

  function report(error: Error): void {
    if (reported === error.message) return
    reported = error.message
    try {
      onError(error)
    } catch {
      // A hook that fails must not take the keys away.
    }
  }

  // Each caller reads for itself: where reads end with their request, nobody may wait for another's.
  async function check(): Promise<void> {
    checkedAt = clock.elapsed()
    reads += 1
    const turn = reads
    try {
      const document = await source.read()
      if (document === seen || turn < newest) return
      newest = turn
      seen = document
      const fresh = await readRingKeys(document, use, source.name)
      if (turn !== newest) return
      keys = fresh
      reported = undefined
    } catch (error) {
      report(error instanceof Error ? error : new Error(String(error)))
    }
  }

  const isDue = (seconds: number): boolean => clock.elapsed() - checkedAt >= seconds * 1_000

  async function present(): Promise<RingKeys> {
    if (isDue(source.checkSeconds)) await check()
    return keys
  }

  return {
    use,
    current: async () => (await present()).current,
    async find(kid) {
      const key = (await present()).byKid.get(kid)
      if (key !== undefined || !isDue(source.recheckSeconds)) return key
      await check()
      return keys.byKid.get(kid)
    },
    all: async () => (await present()).all,
    ...createPublication(source.name, present),
  }
}

/** The public keys of a ring, until they are withheld. */
function createPublication(
  name: string,
  present: () => Promise<RingKeys>,
): Pick<KeyRing, 'isWithheld' | 'publicJwks' | 'withhold'> {
  let isWithheld = false
  return {
    withhold() {
      isWithheld = true
    },
    isWithheld: () => isWithheld,
    async publicJwks() {
      if (isWithheld) {
        const subject = `${name} (public keys, and publishesKey: false)`
        throw new ConfigError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
      }
      const { all } = await present()
      return { keys: all.flatMap(({ publicJwk }) => (publicJwk ? [{ ...publicJwk }] : [])) }
    },
  }
}

function warn(error: Error): void {
  // oxlint-disable-next-line no-console -- nobody listens, and silence would hide a risk
  console.warn(`mcp-gatehouse: ${error.message}`)
}
