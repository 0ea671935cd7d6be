import { setTimeout as sleep } from 'node:timers/promises'
import { UpstreamError } from '../../errors/index.ts'
import type { Emit } from '../../observability/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import {
  accountTag,
  type Credential,
  type CredentialOwner,
  credentialKey,
  formatCredential,
  lifetimeOf,
  readCredential,
} from './credential.ts'
import { type RefreshSurroundings, refreshCredential } from './refresh-credential.ts'
import { createRefreshGovernor } from './refresh-governor.ts'
import type { Upstream, UpstreamFailure, UpstreamTokens } from './upstream.ts'

/** An access token of the upstream that can be used now. */
export interface UpstreamToken {
  readonly accessToken: string
  readonly scopes: readonly string[]
  /** Seconds since the epoch; `undefined` where the upstream does not say. */
  readonly expiresAt: number | undefined
}

/** The tokens of users at their upstreams. */
export interface UpstreamTokenVault {
  /** Keeps what a sign-in has brought, instead of what there was. */
  save(owner: CredentialOwner & { readonly subject: string }, tokens: UpstreamTokens): Promise<void>
  /**
   * A token that is valid for another 30 s, renewed where it has to be.
   *
   * @throws {UpstreamError} `ERR_UPSTREAM_SIGN_IN_NEEDED`; `ERR_UPSTREAM_REFRESH` (retryable, with
   *   `retryAfterSeconds`) while the upstream is away; `ERR_UPSTREAM_CLIENT_REFUSED`
   * @throws {StorageError}
   */
  token(owner: CredentialOwner): Promise<UpstreamToken>
  /** Forgets all tokens of an account. It does NOT revoke them at the upstream. */
  remove(accountId: string): Promise<void>
}

export interface UpstreamTokensOptions {
  /** As `sealed` gives it: the records hold tokens. */
  readonly storage: Storage
  /** Whose accounts. @defaultValue nobody's in particular */
  readonly tenant?: string | undefined
  readonly upstreams: readonly Upstream[]
  readonly emit: Emit
  /** @defaultValue the system's */
  readonly clock?: Clock | undefined
  /** From 0 to 1, for jitter. @defaultValue `Math.random` */
  readonly random?: (() => number) | undefined
  /** How many refreshes one upstream gets at once from this process. @defaultValue 8 */
  readonly maxConcurrent?: number | undefined
  /** How long a refresh may hold its lock; longer than a request can take. @defaultValue 30 */
  readonly lockSeconds?: number | undefined
}

/** How long a caller waits for another process that is renewing. */
const MAX_WAIT_MILLISECONDS = 20_000
const POLL_MILLISECONDS = 100

/**
 * Keeps the upstream's tokens and renews them: once, however many callers, processes and machines
 * ask at the same time. What the upstream gave is stored before it is used; an outage of the
 * upstream changes nothing about what is stored; only its own `invalid_grant` ends a credential.
 *
 * A process that dies between the upstream's answer and the write loses that answer, which nobody
 * can prevent; it is noticed by the intent that is found, tried once more, and reported.
 */
export function createUpstreamTokens(options: UpstreamTokensOptions): UpstreamTokenVault {
  const { storage, tenant, upstreams, emit, clock = systemClock, random = Math.random } = options
  const { maxConcurrent = 8, lockSeconds = 30 } = options
  const keyOf = (owner: CredentialOwner): Promise<string> => credentialKey({ ...owner, tenant })
  const surroundings = new Map<string, RefreshSurroundings>(
    upstreams.map((upstream) => {
      const governor = createRefreshGovernor(maxConcurrent, clock)
      const own = { storage, upstream, governor, clock, random, emit, lockSeconds }
      return [upstream.name, own]
    }),
  )
  const underWay = new Map<string, Promise<Credential>>()

  async function renewOnce(key: string, owner: CredentialOwner): Promise<Credential> {
    const own = surroundings.get(owner.upstream)
    if (own === undefined) throw signInNeeded(owner)
    const running = underWay.get(key)
    if (running !== undefined) return running
    const started = own.governor
      .run(() => renew(key, owner, own))
      .finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }

  return {
    async save(owner, tokens) {
      const { accessToken, refreshToken, scopes } = tokens
      const { accountId, upstream, subject } = owner
      const { value, options: write } = formatCredential({
        tenant,
        accountId,
        upstream,
        subject,
        state: 'active',
        failures: 0,
        accessToken,
        refreshToken,
        scopes,
        ...lifetimeOf(tokens, clock.now(), random()),
      })
      await storage.set(await keyOf(owner), value, write)
    },
    async token(owner) {
      const key = await keyOf(owner)
      const stored = await readCredential(storage, key)
      const credential = requireActive(stored?.credential, owner)
      const current = isFresh(credential, clock) ? credential : await renewOnce(key, owner)
      const { accessToken, scopes, expiresAt } = current
      return { accessToken, scopes, expiresAt }
    },
    async remove(accountId) {
      await storage.deleteByTag(accountTag({ tenant, accountId }))
    },
  }
}

/** Renews, or waits for whoever is doing it; a token that still works is given meanwhile. */
async function renew(
  key: string,
  owner: CredentialOwner,
  own: RefreshSurroundings,
): Promise<Credential> {
  const { storage, clock, governor, random, lockSeconds } = own
  const deadline = clock.elapsed() + MAX_WAIT_MILLISECONDS
  for (;;) {
    const present = await readCredential(storage, key)
    const credential = requireActive(present?.credential, owner)
    if (present === undefined || isFresh(credential, clock)) return credential
    if (credential.refreshToken === undefined)
      return orThrow(credential, clock, signInNeeded(owner))
    const pause = Math.max(governor.pausedSeconds(), (credential.retryAt ?? 0) - clock.now())
    if (pause > 0) return orThrow(credential, clock, notNow(owner, pause))
    const lock = await storage.lock(`refresh ${key}`, lockSeconds)
    if (lock === undefined) {
      if (isUsable(credential, clock)) return credential
      if (clock.elapsed() > deadline) throw notNow(owner, 1)
      await sleep(POLL_MILLISECONDS * (1 + random()))
      continue
    }
    try {
      const refreshed = await refreshCredential(key, present, lock, own)
      if (refreshed.kind === 'renewed') return refreshed.credential
      if (refreshed.kind === 'ended') throw signInNeeded(owner)
      if (refreshed.kind === 'kept') {
        return orThrow(credential, clock, failureOf(refreshed.failure, owner))
      }
    } finally {
      // Where it cannot be given back, it runs out.
      await lock.release().catch(() => false)
    }
  }
}

function isFresh({ refreshAt }: Credential, clock: Clock): boolean {
  return refreshAt === undefined || clock.now() < refreshAt
}

function isUsable({ expiresAt }: Credential, clock: Clock): boolean {
  return expiresAt === undefined || clock.now() < expiresAt
}

/** The token that there is, for as long as it works. */
function orThrow(credential: Credential, clock: Clock, error: UpstreamError): Credential {
  if (isUsable(credential, clock)) return credential
  throw error
}

function requireActive(credential: Credential | undefined, owner: CredentialOwner): Credential {
  if (credential?.state === 'active') return credential
  throw signInNeeded(owner)
}

function failureOf(failure: UpstreamFailure, owner: CredentialOwner): UpstreamError {
  if (failure.kind === 'misconfigured') {
    const subject = `Refresh at ${owner.upstream} (${failure.error})`
    return new UpstreamError('ERR_UPSTREAM_CLIENT_REFUSED', subject, { retryable: false })
  }
  return notNow(owner, failure.kind === 'unavailable' ? failure.retryAfterSeconds : 5)
}

function notNow({ upstream }: CredentialOwner, retryAfterSeconds: number): UpstreamError {
  const options = { retryable: true, retryAfterSeconds }
  return new UpstreamError('ERR_UPSTREAM_REFRESH', `Refresh at ${upstream}`, options)
}

function signInNeeded({ upstream }: CredentialOwner): UpstreamError {
  const options = { retryable: false }
  return new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', `Sign-in at ${upstream}`, options)
}
