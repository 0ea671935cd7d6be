import type { Storage } from '../../../src/storage/storage.ts'

const WRITES = ['set', 'take', 'compareAndSwap', 'commit', 'delete', 'deleteByTag'] as const

/** A storage, and after which of its writes this process dies. */
export interface MortalStorage {
  readonly storage: Storage
  /** @param writes How many of those that follow are done; nobody is told about the last one. */
  readonly dieAfter: (writes: number) => void
}

/** Puts a death (SIGKILL) between a write and whoever waits for it. */
export function createMortalStorage(storage: Storage): MortalStorage {
  let left = Infinity
  const die = (): void => {
    left -= 1
    if (left === 0) process.kill(process.pid, 'SIGKILL')
  }
  const writes = WRITES.map((name) => {
    const write = storage[name] as (...parameters: unknown[]) => Promise<unknown>
    const mortal = async (...parameters: unknown[]): Promise<unknown> => {
      const outcome = await write.apply(storage, parameters)
      die()
      return outcome
    }
    return [name, mortal] as const
  })
  return {
    storage: { ...storage, ...Object.fromEntries(writes) },
    dieAfter(count) {
      left = count
    },
  }
}
