import type { StoredKeys } from '../../src/keys/index.ts'
import { type OpenStorageOptions, openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** Where records are kept, in a form that another process can be told. */
export interface Place {
  readonly url: string
  readonly options: OpenStorageOptions
  /** Keys to seal the records with; bare records without. */
  readonly keys?: StoredKeys | undefined
}

/** Opens the storage of a place, as a process that has just started does. */
export async function openPlace({ url, options, keys }: Place): Promise<Storage> {
  const storage = await openStorage(url, options)
  if (keys === undefined) return storage
  const [{ createKeyRing, keysFromFunction }, { sealed }] = await Promise.all([
    import('../../src/keys/index.ts'),
    import('../../src/storage/sealed.ts'),
  ])
  const source = keysFromFunction(() => keys)
  return sealed(storage, await createKeyRing({ use: 'storage', source }))
}
