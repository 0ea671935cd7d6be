import {
  createKeyRing,
  type GenerateKeyOptions,
  generateKey,
  type KeyRing,
  type KeyRingOptions,
  type KeySource,
  type KeyUse,
  type StoredKey,
} from '../../../src/keys/index.ts'
import { createTestClock, type TestClock } from '../../security/support/test-clock.ts'

/** A source whose keys a test replaces. */
export interface TestSource extends KeySource {
  keys: readonly unknown[]
  /** Fails every read with this. */
  failure: Error | undefined
  reads: number
}

export function createTestSource(...keys: readonly unknown[]): TestSource {
  let last: { readonly keys: readonly unknown[] } = { keys: [] }
  return {
    name: 'Test keys',
    checkSeconds: 1,
    recheckSeconds: 0,
    keys,
    failure: undefined,
    reads: 0,
    async read() {
      this.reads += 1
      if (this.failure !== undefined) throw this.failure
      if (last.keys !== this.keys) last = { keys: this.keys }
      return last as { keys: readonly StoredKey[] }
    },
  }
}

export interface TestRing {
  readonly ring: KeyRing
  readonly source: TestSource
  readonly clock: TestClock
  readonly errors: Error[]
}

/** A ring of these keys, on a clock that stands still. */
export async function startRing(
  use: KeyUse,
  keys: readonly unknown[],
  options: Partial<KeyRingOptions> = {},
): Promise<TestRing> {
  const source = createTestSource(...keys)
  const clock = createTestClock()
  const errors: Error[] = []
  const onError = (error: Error): void => void errors.push(error)
  const ring = await createKeyRing({ use, source, clock, onError, ...options })
  return { ring, source, clock, errors }
}

/** Keys of one use, with these statuses. */
export function makeKeys(
  use: KeyUse,
  statuses: readonly NonNullable<GenerateKeyOptions['status']>[],
  alg?: GenerateKeyOptions['alg'],
): Promise<StoredKey[]> {
  return Promise.all(statuses.map((status) => generateKey({ use, status, alg })))
}

/** Every text of a key that nobody may see. */
export function secretsOf(key: StoredKey): readonly string[] {
  const { k, d, p, q, dp, dq, qi } = key
  return [k, d, p, q, dp, dq, qi].filter((secret) => secret !== undefined)
}
