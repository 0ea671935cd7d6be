import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../runtime/index.ts'
import type { Lock } from '../storage/index.ts'
import type { CredentialRecords } from './credential-records.ts'
import type { ReceivedTokens, RemoteFailure, RemoteOutcome } from './outcome.ts'
import type { RefreshGovernor } from './refresh-governor.ts'
import { lifetimeOf, type StoredCredential, type TokenCredential } from './token-credential.ts'

/** What a refresh uses. */
export interface RefreshSurroundings<Held extends TokenCredential> {
  readonly records: CredentialRecords<Held>
  /** Asks the server, once. */
  readonly refresh: (
    credential: Held & { readonly refreshToken: string },
  ) => Promise<RemoteOutcome<ReceivedTokens>>
  /** The server has ended a credential; `isLost`: perhaps since an earlier answer was lost. */
  readonly onEnded: (credential: Held, isLost: boolean) => void
  /** The server has given new tokens, and they are stored. @defaultValue nobody is told */
  readonly onRenewed?: ((credential: Held) => void) | undefined
  /** The server could not be asked, or refuses this server. @defaultValue nobody is told */
  readonly onFailed?: ((credential: Held, failure: RemoteFailure) => void) | undefined
  readonly governor: RefreshGovernor
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly lockSeconds: number
}

/** How a refresh went. */
export type Refreshed<Held> =
  | { readonly kind: 'renewed'; readonly credential: Held }
  /** The server has ended it. */
  | { readonly kind: 'ended' }
  /** It is as it was. */
  | { readonly kind: 'kept'; readonly failure: RemoteFailure }
  /** Somebody else changed it meanwhile: look again. */
  | { readonly kind: 'changed' }

const MAX_BACKOFF_SECONDS = 300
const FIRST_BACKOFF_SECONDS = 2
const CLIENT_REFUSED_SECONDS = 30
/** How often the outcome is written where the store fails: without it the credential is lost. */
const WRITE_ATTEMPTS = 4
const WRITE_PAUSE_MILLISECONDS = 250

/**
 * Renews a credential under a lock: writes down that it is going to, asks the server once, and
 * stores the outcome before anybody uses it. Each write is a compare-and-swap, so that a holder
 * whose lock has run out changes nothing.
 *
 * @throws {StorageError} Where the outcome could not be written; the intent then stays.
 */
export async function refreshCredential<Held extends TokenCredential>(
  key: string,
  present: StoredCredential<Held>,
  lock: Lock,
  surroundings: RefreshSurroundings<Held>,
): Promise<Refreshed<Held>> {
  const { records, clock, lockSeconds } = surroundings
  const { refreshToken, intent: lost } = present.credential
  if (refreshToken === undefined) return { kind: 'ended' }

  const intent = { fence: lock.fence, at: clock.now() }
  if (!(await records.swap(key, present, { ...present.credential, intent }))) {
    return { kind: 'changed' }
  }
  const begun = await records.read(key)
  // A process that was suspended meanwhile must not use a token that another one is using.
  const isHolder =
    begun?.credential.intent?.fence === lock.fence && (await lock.extend(lockSeconds))
  if (!isHolder) return { kind: 'changed' }

  const outcome = await surroundings.refresh({ ...begun.credential, refreshToken })
  const credential = settle(begun.credential, outcome, surroundings)
  if (!(await write(records, key, begun, credential))) return { kind: 'changed' }
  if (outcome.ok) {
    surroundings.onRenewed?.(credential)
    return { kind: 'renewed', credential }
  }
  if (!isEnded(outcome.failure)) {
    surroundings.onFailed?.(credential, outcome.failure)
    return { kind: 'kept', failure: outcome.failure }
  }
  surroundings.onEnded(credential, lost !== undefined)
  return { kind: 'ended' }
}

/** Writes what must not get lost. @returns Whether it is what is stored now. */
async function write<Held extends TokenCredential>(
  records: CredentialRecords<Held>,
  key: string,
  before: StoredCredential<Held>,
  credential: Held,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await records.swap(key, before, credential)) return true
      // A write that failed may have happened.
      const stored = attempt > 1 ? await records.read(key) : undefined
      return stored !== undefined && isSame(stored.credential, credential)
    } catch (error) {
      if (attempt === WRITE_ATTEMPTS) throw error
      await sleep(WRITE_PAUSE_MILLISECONDS * attempt)
    }
  }
}

function isSame(one: TokenCredential, other: TokenCredential): boolean {
  return one.accessToken === other.accessToken && one.state === other.state
}

/** What the credential becomes. */
function settle<Held extends TokenCredential>(
  credential: Held,
  outcome: RemoteOutcome<ReceivedTokens>,
  { governor, clock, random }: RefreshSurroundings<Held>,
): Held {
  if (outcome.ok) {
    const { accessToken, refreshToken = credential.refreshToken, scopes } = outcome.value
    return {
      ...credential,
      accessToken,
      refreshToken,
      scopes,
      ...lifetimeOf(outcome.value, clock.now(), random()),
      intent: undefined,
      failures: 0,
      retryAt: undefined,
    }
  }
  const { failure } = outcome
  if (isEnded(failure)) return { ...credential, state: 'needs_reauth', intent: undefined }
  const failures = credential.failures + 1
  const seconds = backoffSeconds(failure, failures, random())
  if (failure.kind === 'unavailable') governor.pause(Math.min(seconds, failure.retryAfterSeconds))
  // Where there was no answer, the server may have replaced the refresh token nevertheless.
  const isUncertain =
    failure.kind === 'unavailable' ? !failure.answered : failure.kind === 'refused'
  const intent = isUncertain ? credential.intent : undefined
  return { ...credential, failures, retryAt: clock.now() + seconds, intent }
}

/** `invalid_grant`, a user who has to be asked, or somebody else's tokens: trying again is no use. */
function isEnded(failure: RemoteFailure): boolean {
  if (failure.kind === 'denied') return true
  return failure.kind === 'refused' && (failure.reason === 'grant' || failure.reason === 'id_token')
}

function backoffSeconds(failure: RemoteFailure, failures: number, random: number): number {
  if (failure.kind === 'misconfigured') return CLIENT_REFUSED_SECONDS
  const growing = Math.min(FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), MAX_BACKOFF_SECONDS)
  const asked = failure.kind === 'unavailable' ? failure.retryAfterSeconds : 0
  return Math.ceil(Math.max(growing, asked) + random * FIRST_BACKOFF_SECONDS)
}
