import { setTimeout as sleep } from 'node:timers/promises'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Lock, Storage } from '../../storage/index.ts'
import {
  type Credential,
  formatCredential,
  lifetimeOf,
  readCredential,
  type StoredCredential,
} from './credential.ts'
import type { RefreshGovernor } from './refresh-governor.ts'
import type { Upstream, UpstreamFailure, UpstreamOutcome, UpstreamTokens } from './upstream.ts'

/** What a refresh uses. */
export interface RefreshSurroundings {
  readonly storage: Storage
  readonly upstream: Upstream
  readonly governor: RefreshGovernor
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly emit: Emit
  readonly lockSeconds: number
}

/** How a refresh went. */
export type Refreshed =
  | { readonly kind: 'renewed'; readonly credential: Credential }
  /** The upstream has ended it. */
  | { readonly kind: 'ended' }
  /** It is as it was. */
  | { readonly kind: 'kept'; readonly failure: UpstreamFailure }
  /** Somebody else changed it meanwhile: look again. */
  | { readonly kind: 'changed' }

const MAX_BACKOFF_SECONDS = 300
const FIRST_BACKOFF_SECONDS = 2
const CLIENT_REFUSED_SECONDS = 30
/** How often the outcome is written where the store fails: without it the credential is lost. */
const WRITE_ATTEMPTS = 4
const WRITE_PAUSE_MILLISECONDS = 250

/**
 * Renews a credential under a lock: writes down that it is going to, asks the upstream once, and
 * stores the outcome before anybody uses it. Each write is a compare-and-swap, so that a holder
 * whose lock has run out changes nothing.
 *
 * @throws {StorageError} Where the outcome could not be written; the intent then stays.
 */
export async function refreshCredential(
  key: string,
  present: StoredCredential,
  lock: Lock,
  surroundings: RefreshSurroundings,
): Promise<Refreshed> {
  const { storage, upstream, clock, lockSeconds } = surroundings
  const { refreshToken, subject, scopes, intent: lost } = present.credential
  if (refreshToken === undefined) return { kind: 'ended' }

  const intent = { fence: lock.fence, at: clock.now() }
  if (!(await swap(storage, key, present, { ...present.credential, intent }))) {
    return { kind: 'changed' }
  }
  const begun = await readCredential(storage, key)
  // A process that was suspended meanwhile must not use a token that another one is using.
  const isHolder =
    begun?.credential.intent?.fence === lock.fence && (await lock.extend(lockSeconds))
  if (!isHolder) return { kind: 'changed' }

  const outcome = await upstream.refresh({ refreshToken, subject, scopes })
  const credential = settle(begun.credential, outcome, surroundings)
  if (!(await write(storage, key, begun, credential))) return { kind: 'changed' }
  if (outcome.ok) return { kind: 'renewed', credential }
  if (!isEnded(outcome.failure)) return { kind: 'kept', failure: outcome.failure }
  report(credential, lost !== undefined, surroundings)
  return { kind: 'ended' }
}

/** Writes what must not get lost. @returns Whether it is what is stored now. */
async function write(
  storage: Storage,
  key: string,
  before: StoredCredential,
  credential: Credential,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await swap(storage, key, before, credential)) return true
      // A write that failed may have happened.
      const stored = attempt > 1 ? await readCredential(storage, key) : undefined
      return stored !== undefined && isSame(stored.credential, credential)
    } catch (error) {
      if (attempt === WRITE_ATTEMPTS) throw error
      await sleep(WRITE_PAUSE_MILLISECONDS * attempt)
    }
  }
}

function isSame(one: Credential, other: Credential): boolean {
  return one.accessToken === other.accessToken && one.state === other.state
}

function report(
  { accountId, upstream }: Credential,
  isLost: boolean,
  { clock, emit }: RefreshSurroundings,
): void {
  const facts = { at: clock.now(), accountId, upstream }
  if (isLost) emit({ type: 'cred.inflight_lost', ...facts })
  emit({ type: 'cred.needs_reauth', ...facts })
}

/** What the credential becomes. */
function settle(
  credential: Credential,
  outcome: UpstreamOutcome<UpstreamTokens>,
  { governor, clock, random }: RefreshSurroundings,
): Credential {
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
  // Where there was no answer, the upstream may have replaced the refresh token nevertheless.
  const isUncertain =
    failure.kind === 'unavailable' ? !failure.answered : failure.kind === 'refused'
  const intent = isUncertain ? credential.intent : undefined
  return { ...credential, failures, retryAt: clock.now() + seconds, intent }
}

/** `invalid_grant`, a user who has to be asked, or somebody else's tokens: trying again is no use. */
function isEnded(failure: UpstreamFailure): boolean {
  if (failure.kind === 'denied') return true
  return failure.kind === 'refused' && (failure.reason === 'grant' || failure.reason === 'id_token')
}

function backoffSeconds(failure: UpstreamFailure, failures: number, random: number): number {
  if (failure.kind === 'misconfigured') return CLIENT_REFUSED_SECONDS
  const growing = Math.min(FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), MAX_BACKOFF_SECONDS)
  const asked = failure.kind === 'unavailable' ? failure.retryAfterSeconds : 0
  return Math.ceil(Math.max(growing, asked) + random * FIRST_BACKOFF_SECONDS)
}

function swap(
  storage: Storage,
  key: string,
  { version }: StoredCredential,
  credential: Credential,
): Promise<boolean> {
  const { value, options } = formatCredential(credential)
  return storage.compareAndSwap(key, version, value, options)
}
