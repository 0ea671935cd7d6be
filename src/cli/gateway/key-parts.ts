import { resolve } from 'node:path'
import { createKeyRing, type KeyRing, type KeyUse, keysFromFile } from '../../keys/index.ts'
import type { FileKeys } from './gateway-file.ts'
import { underKeys } from './renamed-options.ts'

/**
 * Opens a file of keys.
 *
 * @param key The key of the configuration that names it.
 */
export function openRing(
  keys: FileKeys,
  use: KeyUse,
  folder: string,
  key: string,
): Promise<KeyRing> {
  const { file, ...options } = typeof keys === 'string' ? { file: keys } : keys
  const at = typeof keys === 'string' ? key : `${key}.file`
  const names = [
    [/^Key file/, at],
    [/^Key \S+ of the \w+ ring(?: \([^)]*\))?/, at],
  ] as const
  return underKeys(names, () =>
    createKeyRing({ use, source: keysFromFile(resolve(folder, file), options) }),
  )
}
