import { ProcessFailure } from './process-failure.ts'

/** A place among the processes that may run at once. */
export interface Place {
  readonly owner: string
  /** Requests and streams that it serves right now. */
  busy: number
  /** Milliseconds of a clock that only goes forward. */
  idleSince: number
  /** Ends the process; `undefined` while it starts. Its place is free when it has ended. */
  stop: (() => Promise<void>) | undefined
}

/** Who may have how many processes. */
export interface ProcessPlaces {
  /**
   * Takes a place; where there is none left, the process ends that was idle for the longest time.
   *
   * @throws {ProcessFailure} where all of them are busy
   */
  take(owner: string): Promise<Place>
  /** Says that its process has ended, or never began. */
  free(place: Place): void
  /** Ends what was idle for so long. */
  sweep(maxIdleMilliseconds: number): void
  readonly all: ReadonlySet<Place>
}

export interface PlaceLimits {
  readonly maxProcesses: number
  readonly maxProcessesPerPrincipal: number
}

/** Creates the places of one upstream. */
export function createProcessPlaces(limits: PlaceLimits, elapsed: () => number): ProcessPlaces {
  const all = new Set<Place>()

  /** Among whom one has to end before the owner gets a place; `undefined` where there is one. */
  function rivals(owner: string): readonly Place[] | undefined {
    const own = [...all].filter((place) => place.owner === owner)
    if (own.length >= limits.maxProcessesPerPrincipal) return own
    return all.size >= limits.maxProcesses ? [...all] : undefined
  }

  return {
    all,
    async take(owner) {
      let among = rivals(owner)
      while (among !== undefined) {
        const [longest] = among
          .filter(({ busy, stop }) => busy === 0 && stop !== undefined)
          .toSorted((one, other) => one.idleSince - other.idleSince)
        if (longest === undefined) {
          throw new ProcessFailure('STDIO_FULL', 'As many processes run as may, and all are busy.')
        }
        await longest.stop?.()
        among = rivals(owner)
      }
      const place: Place = { owner, busy: 0, idleSince: elapsed(), stop: undefined }
      all.add(place)
      return place
    },
    free: (place) => void all.delete(place),
    sweep(maxIdleMilliseconds) {
      const limit = elapsed() - maxIdleMilliseconds
      for (const { busy, idleSince, stop } of all) {
        if (busy === 0 && idleSince <= limit) void stop?.()
      }
    },
  }
}
