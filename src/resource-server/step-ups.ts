import { callerKey, type Principal } from '../principal/index.ts'
import { type Clock, createBoundedMap } from '../runtime/index.ts'

/** A client that was asked to get more scopes, and came back with another token. */
export interface Elevation {
  /** What the challenge named. */
  readonly requested: readonly string[]
  /** The part of it that the new token carries, by itself or by implication. */
  readonly granted: readonly string[]
  /** The request that was challenged, as its audit event names it. */
  readonly challengedBy: string | undefined
}

/** What is remembered about challenges for more scopes: loops, and what came of them. */
export interface StepUps {
  /**
   * Whether asking this caller for these scopes leads nowhere: it was asked three times within a
   * minute, or has come back with another token that lacks them too, as from a refresh. The latter
   * is said once; then it is asked again.
   */
  isLooping(token: ChallengedToken, scopes: readonly string[]): boolean
  /** Notes that a request was challenged. */
  challenged(
    token: ChallengedToken,
    scopes: readonly string[],
    correlationId: string | undefined,
  ): void
  /** What the first request with another token has gained; `undefined` for every other request. */
  elevationOf(caller: Principal<unknown>): Elevation | undefined
}

/** A token that lacks scopes, and whose it is. */
export interface ChallengedToken {
  readonly principal: Principal<unknown>
  readonly digest: string
}

interface Challenge {
  readonly scopes: readonly string[]
  readonly digest: string
  readonly loopKey: string
  readonly heldBefore: ReadonlySet<string>
  readonly correlationId: string | undefined
  /** Whether the caller was told that it led nowhere. */
  readonly isInVain: boolean
}

const MAX_CHALLENGES = 3
const WINDOW_MILLISECONDS = 60_000
/** Beyond this the oldest are forgotten, which asks a client once more than it should be. */
const MAX_CALLERS = 10_000

/** @param missingScopes Which of the second are not covered by the first. */
export function createStepUps(
  clock: Clock,
  missingScopes: (granted: ReadonlySet<string>, required: readonly string[]) => readonly string[],
): StepUps {
  /** Moments of the challenges of the last minute, per caller, client and scopes. */
  const moments = createBoundedMap<readonly number[]>(MAX_CALLERS)
  const pending = createBoundedMap<Challenge>(MAX_CALLERS)

  function recentMoments(key: string): readonly number[] {
    const since = clock.elapsed() - WINDOW_MILLISECONDS
    return (moments.get(key) ?? []).filter((moment) => moment > since)
  }

  return {
    isLooping({ principal, digest }, scopes) {
      const key = loopKey(principal, scopes)
      const recent = recentMoments(key)
      if (recent.length >= MAX_CHALLENGES) return true
      const challenge = pending.get(callerKey(principal))
      const isInVain =
        recent.length > 0 &&
        challenge?.loopKey === key &&
        challenge.digest !== digest &&
        !challenge.isInVain
      // What is gained later still came of this challenge.
      if (isInVain) pending.set(callerKey(principal), { ...challenge, isInVain })
      return isInVain
    },
    challenged({ principal, digest }, scopes, correlationId) {
      const key = loopKey(principal, scopes)
      const heldBefore = principal.scopes
      moments.set(key, [...recentMoments(key), clock.elapsed()])
      const challenge = { scopes, digest, loopKey: key, heldBefore, correlationId, isInVain: false }
      pending.set(callerKey(principal), challenge)
    },
    elevationOf(caller) {
      if (pending.size === 0) return undefined
      const challenge = pending.get(callerKey(caller))
      if (challenge === undefined) return undefined
      const { scopes, heldBefore, correlationId } = challenge
      const lacking = new Set(missingScopes(caller.scopes, scopes))
      const lackedBefore = new Set(missingScopes(heldBefore, scopes))
      if (lacking.size >= lackedBefore.size) return undefined
      pending.delete(callerKey(caller))
      const granted = scopes.filter((scope) => !lacking.has(scope))
      return { requested: scopes, granted, challengedBy: correlationId }
    },
  }
}

function loopKey(caller: Principal<unknown>, scopes: readonly string[]): string {
  return JSON.stringify([callerKey(caller), scopes.toSorted()])
}
