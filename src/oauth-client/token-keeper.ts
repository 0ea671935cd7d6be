import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { createCredentialRecords } from './credential-records.ts'
import type { RemoteFailure } from './outcome.ts'
import { type RefreshSurroundings, refreshCredential } from './refresh-credential.ts'
import { createRefreshGovernor } from './refresh-governor.ts'
import type { CredentialFormat, TokenCredential } from './token-credential.ts'

/** Why there is no token that works, for the error of whoever asked. */
export type NoToken =
  /** There is no credential, or the server has ended it. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'misconfigured'; readonly error: string }
  | { readonly kind: 'not_now'; readonly retryAfterSeconds: number }

export interface TokenKeeperOptions<Held extends TokenCredential>
  extends Pick<RefreshSurroundings<Held>, 'onEnded' | 'onFailed' | 'onRenewed' | 'refresh'> {
  /** As `sealed` gives it: the records hold tokens. */
  readonly storage: Storage
  readonly format: CredentialFormat<Held>
  /** The error for whoever asked. */
  readonly errorFor: (reason: NoToken) => Error
  readonly clock: Clock
  /** From 0 to 1, for jitter. */
  readonly random: () => number
  /** How many refreshes the server gets at once from this process. */
  readonly maxConcurrent: number
  /** How long a refresh may hold its lock; longer than a request can take. */
  readonly lockSeconds: number
}

/** The credentials of users at one server, kept usable. */
export interface TokenKeeper<Held extends TokenCredential> {
  /**
   * A credential that is valid for another 30 s, renewed where it has to be.
   *
   * @param refused An access token that the API no longer takes: where it still is the stored one, it
   *   is renewed however long it says that it lives.
   * @param known What was just read, so that it is not read again.
   * @throws What `errorFor` gives, and `StorageError`.
   */
  current(key: string, refused?: string, known?: Held): Promise<Held>
}

/** How long a caller waits for another process that is renewing. */
const MAX_WAIT_MILLISECONDS = 20_000
const POLL_MILLISECONDS = 100
const OTHER_FAILURE_SECONDS = 5

/**
 * Keeps tokens of another server and renews them: once, however many callers, processes and machines
 * ask at the same time. What the server gave is stored before it is used; an outage of the server
 * changes nothing about what is stored; only its own `invalid_grant` ends a credential.
 *
 * A process that dies between the server's answer and the write loses that answer, which nobody can
 * prevent; it is noticed by the intent that is found, tried once more, and reported.
 */
export function createTokenKeeper<Held extends TokenCredential>(
  options: TokenKeeperOptions<Held>,
): TokenKeeper<Held> {
  const { storage, format, clock, maxConcurrent } = options
  const records = createCredentialRecords(storage, format)
  const governor = createRefreshGovernor(maxConcurrent, clock)
  const keeping: Keeping<Held> = { ...options, records, governor }
  const underWay = new Map<string, Promise<Held>>()

  return {
    async current(key, refused, known) {
      const credential = requireActive(known ?? (await records.read(key))?.credential, keeping)
      if (isFresh(credential, clock, refused)) return credential
      for (let running = underWay.get(key); running !== undefined; running = underWay.get(key)) {
        const held = await running
        // Whoever began it knew nothing of the refusal, and may have left things as they are.
        if (held.accessToken !== refused) return held
      }
      if (governor.isBusy() && isValid(credential, clock, refused)) return credential
      const started = renew(key, refused, keeping).finally(() => underWay.delete(key))
      underWay.set(key, started)
      return started
    },
  }
}

type Keeping<Held extends TokenCredential> = TokenKeeperOptions<Held> & RefreshSurroundings<Held>

/**
 * Renews, or waits for whoever is doing it. Who waits holds no turn: what a process has locked that
 * died keeps no other credential from being renewed.
 */
async function renew<Held extends TokenCredential>(
  key: string,
  refused: string | undefined,
  keeping: Keeping<Held>,
): Promise<Held> {
  const { clock, governor, random, errorFor } = keeping
  const deadline = clock.elapsed() + MAX_WAIT_MILLISECONDS
  for (;;) {
    const outcome = await governor.run(() => tryToRenew(key, refused, keeping))
    if (outcome.kind === 'has') return outcome.credential
    if (outcome.kind === 'changed') continue
    if (clock.elapsed() > deadline) throw errorFor(notNow(1))
    await sleep(POLL_MILLISECONDS * (1 + random()))
  }
}

/** What came of one try: a credential, somebody else's lock on it, or somebody else's change of it. */
type Try<Held> =
  | { readonly kind: 'has'; readonly credential: Held }
  | { readonly kind: 'locked' }
  | { readonly kind: 'changed' }

/** Renews where nobody else does; a token that still works is given meanwhile. */
async function tryToRenew<Held extends TokenCredential>(
  key: string,
  refused: string | undefined,
  keeping: Keeping<Held>,
): Promise<Try<Held>> {
  const { storage, records, clock, governor, lockSeconds, errorFor } = keeping
  const present = await records.read(key)
  const credential = requireActive(present?.credential, keeping)
  const has: Try<Held> = { kind: 'has', credential }
  if (present === undefined || isFresh(credential, clock, refused)) return has
  const isUsable = isValid(credential, clock, refused)
  const orThrow = (reason: NoToken): Try<Held> => {
    if (isUsable) return has
    throw errorFor(reason)
  }
  if (credential.refreshToken === undefined) return orThrow({ kind: 'ended' })
  const pause = Math.max(governor.pausedSeconds(), (credential.retryAt ?? 0) - clock.now())
  if (pause > 0) return orThrow(notNow(pause))
  const lock = await storage.lock(`refresh ${key}`, lockSeconds)
  if (lock === undefined) return isUsable ? has : { kind: 'locked' }
  try {
    const refreshed = await refreshCredential(key, present, lock, keeping)
    if (refreshed.kind === 'renewed') return { kind: 'has', credential: refreshed.credential }
    if (refreshed.kind === 'ended') throw errorFor({ kind: 'ended' })
    if (refreshed.kind === 'changed') return { kind: 'changed' }
    return orThrow(reasonOf(refreshed.failure))
  } finally {
    // Where it cannot be given back, it runs out.
    await lock.release().catch(() => false)
  }
}

function isFresh(
  { accessToken, refreshAt }: TokenCredential,
  clock: Clock,
  refused: string | undefined,
): boolean {
  return accessToken !== refused && (refreshAt === undefined || clock.now() < refreshAt)
}

function isValid(
  { accessToken, expiresAt }: TokenCredential,
  clock: Clock,
  refused: string | undefined,
): boolean {
  return accessToken !== refused && (expiresAt === undefined || clock.now() < expiresAt)
}

function requireActive<Held extends TokenCredential>(
  credential: Held | undefined,
  { errorFor }: Keeping<Held>,
): Held {
  if (credential?.state === 'active') return credential
  throw errorFor({ kind: 'ended' })
}

function reasonOf(failure: RemoteFailure): NoToken {
  if (failure.kind === 'misconfigured') return failure
  return notNow(failure.kind === 'unavailable' ? failure.retryAfterSeconds : OTHER_FAILURE_SECONDS)
}

function notNow(retryAfterSeconds: number): NoToken {
  return { kind: 'not_now', retryAfterSeconds }
}
