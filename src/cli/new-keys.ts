import { generateKey, type KeyUse } from '../keys/index.ts'
import { systemClock } from '../runtime/index.ts'
import type { CliIo } from './io.ts'
import { readAlgorithm } from './key-choices.ts'
import { checkKeys, type ReadKeys } from './read-keys.ts'

/**
 * Makes a ring of two keys, the second of which is published before it is first used, at the first
 * rotation. It is NOT written anywhere.
 *
 * @throws {UsageError} Where keys of that use cannot have the algorithm.
 */
export async function makeKeys(use: KeyUse, alg: string | undefined, io: CliIo): Promise<ReadKeys> {
  const clock = { ...systemClock, now: io.now }
  const options = { use, alg: readAlgorithm(use, alg), clock }
  const keys = [
    await generateKey({ ...options, status: 'current' }),
    await generateKey({ ...options, status: 'next' }),
  ]
  return checkKeys({ keys }, use, 'The new keys')
}
