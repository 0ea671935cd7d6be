import { resolve } from 'node:path'
import { memory, openStorage, type Storage, sealed } from '../../storage/index.ts'
import type { FileStorage } from './gateway-file.ts'
import { openRing } from './key-parts.ts'
import { underKeys } from './renamed-options.ts'

const SQLITE = 'sqlite:'

/** @param isCheck Read the keys, and open nothing. */
export async function openFileStorage(
  { url, keys }: FileStorage,
  folder: string,
  isCheck: boolean,
): Promise<Storage> {
  const ring =
    keys === undefined ? undefined : await openRing(keys, 'storage', folder, 'storage.keys')
  if (isCheck || url === 'memory:') return memory()
  const path = url.startsWith(SQLITE)
    ? `${SQLITE}${resolve(folder, url.slice(SQLITE.length))}`
    : url
  const storage = await openStorage(path)
  try {
    return await underKeys([[/^/, 'storage.keys: ']], () => sealed(storage, ring))
  } catch (error) {
    await storage.close()
    throw error
  }
}
