import type { Principal } from '../../principal/index.ts'
import type { HostedProcess, HostParts } from './hosted-process.ts'
import { createProcessPlaces, type Place } from './process-places.ts'
import { createSessions } from './sessions.ts'
import { createSharedProcesses } from './shared-processes.ts'

/** The processes of one upstream: one for each session, and one for each caller without any. */
export interface HostedProcesses {
  /** Starts the process of a new session. */
  begin(caller: Principal): Promise<HostedProcess>
  /** The process of a session that belongs to the caller; `undefined` where there is none. */
  session(caller: Principal, id: string): HostedProcess | undefined
  /** The process that the caller's requests share; `undefined` where the server needs sessions. */
  shared(caller: Principal): Promise<HostedProcess | undefined>
  /** Ends what has been idle for too long. */
  sweep(): void
  close(): Promise<void>
  /** Ends each process as soon as it is idle. */
  retire(): Promise<void>
}

/** Runs what starts a process, in a place that is free again where it fails. */
export type WithPlace = <Result>(
  caller: Principal,
  start: (place: Place) => Promise<Result>,
) => Promise<Result>

const RETIRE_MILLISECONDS = 500

/** Creates the processes of one upstream, none of which serves two callers. */
export function createHostedProcesses(parts: HostParts): HostedProcesses {
  const { elapsed, settings } = parts
  const places = createProcessPlaces(settings, elapsed)
  let isClosed = false

  const withPlace: WithPlace = async (caller, start) => {
    const place = await places.take(caller.id)
    try {
      const started = await start(place)
      if (isClosed) await place.stop?.()
      return started
    } catch (error) {
      places.free(place)
      throw error
    }
  }

  const free = (place: Place): void => places.free(place)
  const sessions = createSessions(parts, withPlace, free)
  const shared = createSharedProcesses(parts, withPlace, free)

  return {
    begin: sessions.begin,
    session: sessions.find,
    shared,
    sweep: () => places.sweep(settings.maxIdleSeconds * 1_000),
    async close() {
      isClosed = true
      await Promise.all([...places.all].map(async ({ stop }) => stop?.()))
    },
    async retire() {
      while (places.all.size > 0) {
        places.sweep(0)
        const { promise, resolve } = Promise.withResolvers<void>()
        setTimeout(resolve, RETIRE_MILLISECONDS).unref()
        await promise
      }
    },
  }
}
