import type { Storage } from '../../src/storage/storage.ts'
import { openPlace, type Place } from './places.ts'

/** Stores as a process that checks them sees them. */
export interface Stores {
  /** Opens a store. A file is opened anew after {@link Stores.closeFiles}, as after a crash. */
  open(place: Place): Promise<Storage>
  closeFiles(): Promise<void>
  close(): Promise<void>
}

export function createStores(): Stores {
  const opened = new Map<string, Promise<Storage>>()

  async function closeAll(shouldClose: (url: string) => boolean): Promise<void> {
    for (const [id, storage] of opened) {
      if (!shouldClose(id)) continue
      opened.delete(id)
      await (await storage).close()
    }
  }

  return {
    open(place) {
      const id = [place.url, JSON.stringify(place.options), place.keys === undefined].join(' ')
      const storage = opened.get(id) ?? openPlace(place)
      opened.set(id, storage)
      return storage
    },
    closeFiles: () => closeAll((id) => id.startsWith('sqlite:')),
    close: () => closeAll(() => true),
  }
}
