import { UpstreamError } from '../../errors/index.ts'
import {
  createTokenKeeper,
  type NoToken,
  newCredential,
  type ReceivedTokens,
  type TokenKeeper,
  type Upstream,
} from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import { type Clock, systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import {
  accountTag,
  CREDENTIAL_FORMAT,
  type Credential,
  type CredentialOwner,
  credentialKey,
} from './credential.ts'

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
  save(owner: CredentialOwner & { readonly subject: string }, tokens: ReceivedTokens): Promise<void>
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
  /** Our issuer identifier: whose accounts. */
  readonly tenant: string
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

/**
 * Keeps the tokens of users at their upstreams, as `createTokenKeeper` has it: an outage of the
 * upstream changes nothing about what is stored; only its own `invalid_grant` ends a credential.
 */
export function createUpstreamTokens(options: UpstreamTokensOptions): UpstreamTokenVault {
  const { storage, tenant, upstreams, clock = systemClock, random = Math.random } = options
  const keyOf = (owner: CredentialOwner): Promise<string> => credentialKey({ ...owner, tenant })
  const keepers = new Map(
    upstreams.map((upstream) => [
      upstream.name,
      createKeeper(upstream, { ...options, clock, random }),
    ]),
  )

  return {
    async save({ accountId, upstream, subject }, tokens) {
      const received = newCredential(tokens, clock.now(), random())
      const credential = { tenant, accountId, upstream, subject, ...received }
      const { value, options: write } = CREDENTIAL_FORMAT.format(credential)
      await storage.set(await keyOf(credential), value, write)
    },
    async token(owner) {
      const keeper = keepers.get(owner.upstream)
      if (keeper === undefined) throw errorFor(owner.upstream, { kind: 'ended' })
      const { accessToken, scopes, expiresAt } = await keeper.current(await keyOf(owner))
      return { accessToken, scopes, expiresAt }
    },
    async remove(accountId) {
      await storage.deleteByTag(accountTag({ tenant, accountId }))
    },
  }
}

function createKeeper(
  upstream: Upstream,
  {
    storage,
    tenant,
    emit,
    clock,
    random,
    maxConcurrent = 8,
    lockSeconds = 30,
  }: UpstreamTokensOptions & { readonly clock: Clock; readonly random: () => number },
): TokenKeeper<Credential> {
  return createTokenKeeper({
    storage,
    format: CREDENTIAL_FORMAT,
    clock,
    random,
    maxConcurrent,
    lockSeconds,
    refresh: (credential) => upstream.refresh(credential),
    errorFor: (reason) => errorFor(upstream.name, reason),
    onEnded({ accountId }, isLost) {
      const facts = { at: clock.now(), issuer: tenant, accountId, upstream: upstream.name }
      if (isLost) emit({ type: 'cred.inflight_lost', ...facts })
      emit({ type: 'cred.needs_reauth', ...facts })
    },
  })
}

function errorFor(upstream: string, reason: NoToken): UpstreamError {
  if (reason.kind === 'ended') {
    const options = { retryable: false }
    return new UpstreamError('ERR_UPSTREAM_SIGN_IN_NEEDED', `Sign-in at ${upstream}`, options)
  }
  const subject = `Refresh at ${upstream}`
  if (reason.kind === 'misconfigured') {
    const options = { retryable: false }
    return new UpstreamError('ERR_UPSTREAM_CLIENT_REFUSED', `${subject} (${reason.error})`, options)
  }
  const options = { retryable: true, retryAfterSeconds: reason.retryAfterSeconds }
  return new UpstreamError('ERR_UPSTREAM_REFRESH', subject, options)
}
