import { callerKey, type Principal } from '../../principal/index.ts'
import { type HostedProcess, type HostParts, startHostedProcess } from './hosted-process.ts'
import type { HostedProcesses, WithPlace } from './hosted-processes.ts'
import type { Place } from './process-places.ts'
import { SharedProcess, type Verdict } from './shared-process.ts'

/** For so long a server that needs sessions is not asked again. */
const LEGACY_MILLISECONDS = 600_000

/** Creates the processes of callers without sessions: each has one, once it has said what it speaks. */
export function createSharedProcesses(
  parts: HostParts,
  withPlace: WithPlace,
  free: (place: Place) => void,
): HostedProcesses['shared'] {
  const { elapsed, sdk } = parts
  const known = new Map<string, Promise<HostedProcess | undefined>>()
  let legacyUntil = -Infinity

  async function start(caller: Principal, place: Place, onEnd: () => void) {
    const verdict = Promise.withResolvers<Verdict>()
    const process = await startHostedProcess(
      parts,
      { caller, place },
      (child) => new SharedProcess(sdk, child, verdict.resolve),
      (failure) => {
        free(place)
        onEnd()
        // One that ends or is silent may just not know the question (MCP, stdio, "Compatibility").
        if (failure?.code === 'STDIO_NOT_STARTED') verdict.reject(failure)
        else verdict.resolve('unsaid')
      },
    )
    place.busy += 1
    const answer = await verdict.promise
    place.busy -= 1
    if (answer === 'modern') return process
    if (answer === 'legacy') legacyUntil = elapsed() + LEGACY_MILLISECONDS
    void process.stop()
    return undefined
  }

  function open(key: string, caller: Principal) {
    const forget = (): void => {
      if (known.get(key) === started) known.delete(key)
    }
    const started = withPlace(caller, (place) => start(caller, place, forget))
    known.set(key, started)
    started.then((process) => process ?? forget(), forget)
    return started
  }

  return async (caller) => {
    const key = callerKey(caller)
    const running = known.get(key)
    const process = await running
    if (process?.isOver === false) return process
    if (elapsed() < legacyUntil) return undefined
    const next = known.get(key)
    return next === undefined || next === running ? open(key, caller) : next
  }
}
