import { callerKey } from '../../principal/index.ts'
import { type HostedProcess, type HostParts, startHostedProcess } from './hosted-process.ts'
import type { HostedProcesses, WithPlace } from './hosted-processes.ts'
import type { Place } from './process-places.ts'
import { Session } from './session.ts'

export interface Sessions {
  readonly begin: HostedProcesses['begin']
  readonly find: HostedProcesses['session']
}

/** Creates the processes of sessions: each has one, and each belongs to who has begun it. */
export function createSessions(
  parts: HostParts,
  withPlace: WithPlace,
  free: (place: Place) => void,
): Sessions {
  const known = new Map<string, { readonly owner: string; readonly process: HostedProcess }>()

  return {
    begin: (caller) =>
      withPlace(caller, (place) => {
        let id: string | undefined
        const process = startHostedProcess(
          parts,
          { caller, place },
          (child) =>
            new Session({
              sdk: parts.sdk,
              child,
              async onBegin(begun) {
                id = begun
                known.set(begun, { owner: callerKey(caller), process: await process })
              },
              onOver: () => void child.stop(),
            }),
          () => {
            free(place)
            if (id !== undefined) known.delete(id)
          },
        )
        return process
      }),
    find(caller, id) {
      const session = known.get(id)
      if (session?.owner !== callerKey(caller) || session.process.isOver) return undefined
      return session.process
    },
  }
}
