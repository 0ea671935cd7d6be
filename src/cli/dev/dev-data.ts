import { join } from 'node:path'
import {
  createKeyRing,
  generateKey,
  type KeyRing,
  type KeyUse,
  keysFromFile,
  keysFromFunction,
} from '../../keys/index.ts'
import { memory, openStorage, type Storage, sealed } from '../../storage/index.ts'
import { isFileFailure } from '../file-failure.ts'
import { createPrivateFile } from '../key-files.ts'

/** What sign-ins are kept with. */
export interface DevData {
  readonly storage: Storage
  readonly signing: KeyRing
  readonly cookies: KeyRing
  close(): Promise<void>
}

/**
 * Opens what a folder has from the last time, and makes it where it has nothing.
 *
 * @param folder `undefined` for memory alone.
 * @throws the error of Node where it cannot be read or written
 */
export async function openDevData(folder: string | undefined): Promise<DevData> {
  const ring = (use: KeyUse): Promise<KeyRing> =>
    folder === undefined ? newRing(use) : keptRing(use, join(folder, `${use}.json`))
  const storage =
    folder === undefined
      ? memory()
      : await sealed(await openStorage(`sqlite:${join(folder, 'dev.db')}`), await ring('storage'))
  return {
    storage,
    signing: await ring('signing'),
    cookies: await ring('cookies'),
    close: () => storage.close(),
  }
}

async function newRing(use: KeyUse): Promise<KeyRing> {
  const keys = [await generateKey({ use })]
  return createKeyRing({ use, source: keysFromFunction(() => ({ keys })) })
}

async function keptRing(use: KeyUse, path: string): Promise<KeyRing> {
  const text = JSON.stringify({ keys: [await generateKey({ use })] })
  try {
    await createPrivateFile(path, text)
  } catch (error) {
    if (!isFileFailure(error, 'EEXIST', 'open')) throw error
  }
  return createKeyRing({ use, source: keysFromFile(path) })
}
