import { resolve } from 'node:path'
import {
  createKeyRing,
  type KeyRing,
  keysFromFile,
  storageKeysFromEnvironment,
} from '../keys/index.ts'
import { CommandRefused } from './cli-errors.ts'
import type { CliIo } from './io.ts'

/** The keys that a storage is sealed with. @throws {CommandRefused} Where none are given. */
export async function readStorageRing(file: string | undefined, io: CliIo): Promise<KeyRing> {
  if (file !== undefined) {
    const source = keysFromFile(resolve(io.cwd, file), { allowSingleKey: true })
    return createKeyRing({ use: 'storage', source })
  }
  const ring = await storageKeysFromEnvironment({ environment: io.env })
  if (ring !== undefined) return ring
  throw new CommandRefused(
    'The storage is sealed: give its keys with --storage-keys <file>, or set STORAGE_ENCRYPTION_KEY_PATH.',
  )
}
