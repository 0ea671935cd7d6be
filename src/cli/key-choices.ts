import { type KeyUse, NEW_KEY_ALGORITHMS, type NewKeyAlgorithm } from '../keys/index.ts'
import { UsageError } from './cli-errors.ts'
import type { CommandOption } from './command.ts'

const USES: readonly string[] = Object.keys(NEW_KEY_ALGORITHMS)

export const USE_OPTION: CommandOption = {
  name: 'use',
  value: '<use>',
  choices: USES,
  help: `What the keys are for: ${USES.join(', ')}`,
}

/** Beside a file, which mostly says so itself. */
export const USE_HINT_OPTION: CommandOption = {
  ...USE_OPTION,
  help: 'What the keys are for, where the file does not say so',
}

export const FILE_OPTION: CommandOption = {
  name: 'file',
  value: '<file>',
  isRequired: true,
  help: 'The private keys',
}

export const ALG_OPTION: CommandOption = {
  name: 'alg',
  value: '<algorithm>',
  choices: Object.values(NEW_KEY_ALGORITHMS).flat(),
  help: `signing: ${NEW_KEY_ALGORITHMS.signing.join(', ')}; encryption: ${NEW_KEY_ALGORITHMS.encryption.join(', ')}`,
}

export function isKeyUse(use: string | undefined): use is KeyUse {
  return use !== undefined && USES.includes(use)
}

/**
 * The algorithm that was asked for, `undefined` for the default.
 *
 * @throws {UsageError} Where keys of that use cannot have it.
 */
export function readAlgorithm(use: KeyUse, alg: string | undefined): NewKeyAlgorithm | undefined {
  if (alg === undefined) return undefined
  const algorithms = NEW_KEY_ALGORITHMS[use]
  const found = algorithms.find((algorithm) => algorithm === alg)
  if (found !== undefined) return found
  throw new UsageError(
    algorithms.length === 0
      ? `Keys for ${use} are 256 random bits, and have no --alg.`
      : `--alg is one of ${algorithms.join(', ')} for ${use} keys.`,
  )
}
