import { callerKey, type Principal } from '../principal/index.ts'
import type { Revocations } from '../revocation/index.ts'
import { type BoundedMap, type Clock, createBoundedMap } from '../runtime/index.ts'

/** Whose a session or a task is. A handle is no credential: it works for its owner alone. */
export interface HandleOwners {
  /** Remembers the owner of a handle that the server has just given out; the first one stays. */
  bind(handle: string, owner: Principal<unknown>): void
  /** Whether the handle was given to this caller, through this client, and not ended since. */
  isOwnedBy(handle: string, caller: Principal<unknown>): Promise<boolean>
  forget(handle: string): void
}

interface Binding {
  readonly owner: string
  /** Seconds since the epoch. */
  readonly boundAt: number
}

/** Whose the handles of one resource are, for as long as this is kept: also while its options change. */
export interface HandleMemory {
  readonly sessions: BoundedMap<Binding>
  readonly tasks: BoundedMap<Binding>
}

/** Beyond this the one that was not used for the longest time is forgotten. */
const MAX_HANDLES = 100_000

export function createHandleMemory(): HandleMemory {
  return { sessions: createBoundedMap(MAX_HANDLES), tasks: createBoundedMap(MAX_HANDLES) }
}

/**
 * Creates the register of one kind of handle, in memory. A handle that it does not know belongs to
 * nobody, so what another process gave out is answered like one that never was.
 *
 * @see MCP, "Session Hijacking" and "State Handle Hijacking" in the security best practices
 */
export function createHandleOwners(
  bindings: BoundedMap<Binding>,
  clock: Clock,
  revocations: Revocations,
): HandleOwners {
  return {
    bind(handle, owner) {
      if (bindings.get(handle) !== undefined) return
      bindings.set(handle, { owner: callerKey(owner), boundAt: clock.now() })
    },
    async isOwnedBy(handle, caller) {
      const binding = bindings.get(handle)
      if (binding === undefined || binding.owner !== callerKey(caller)) return false
      if (binding.boundAt < ((await revocations.revokedBefore(caller)) ?? 0)) {
        bindings.delete(handle)
        return false
      }
      // What is in use is the last to be forgotten.
      bindings.set(handle, binding)
      return true
    },
    forget(handle) {
      bindings.delete(handle)
    },
  }
}
