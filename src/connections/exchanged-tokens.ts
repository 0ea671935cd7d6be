import { DeniedError, type GatehouseError, UpstreamError } from '../errors/index.ts'
import { failureReason, type ReceivedTokens, type RemoteFailure } from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Principal } from '../principal/index.ts'
import { type Clock, createBoundedMap, sha256Hex } from '../runtime/index.ts'
import { connectionFacts } from './connection-facts.ts'
import { ownerOf } from './owner.ts'
import type { ExchangeService } from './service.ts'

/** Tokens of one service that were exchanged, in the memory of this process alone. */
export interface ExchangedTokens {
  /**
   * A token of this user for the service.
   *
   * @param refused An access token that the service does not take: another is asked for.
   * @throws {DeniedError} `ERR_DENIED_NO_USER`, `ERR_DENIED_EXCHANGE`
   * @throws {UpstreamError}
   */
  current(principal: Principal<unknown>, refused?: string): Promise<ReceivedTokens>
}

/** What is exchanged, and for whom. */
export type Exchanger = Pick<ExchangeService, 'exchange' | 'name' | 'subjectToken' | 'title'>

interface Kept extends ReceivedTokens {
  /** On the clock that never jumps, in milliseconds. */
  readonly usableUntil: number
}

const MARGIN_SECONDS = 30
/** Of a token whose answer does not say how long it lives. */
const ASSUMED_SECONDS = 60
const MAX_KEPT = 10_000

/**
 * Gives what was exchanged until 30 s before its end. A token is only given for the same user and the
 * same subject token: when that ends or has other permissions, what came of it is not used again. It
 * stays in memory until it is asked for once more, or 10,000 younger ones are there.
 */
export function createExchangedTokens(
  service: Exchanger,
  { clock, emit }: { readonly clock: Clock; readonly emit: Emit },
): ExchangedTokens {
  const kept = createBoundedMap<Kept>(MAX_KEPT)
  const underWay = new Map<string, Promise<ReceivedTokens>>()

  function keep(key: string, tokens: ReceivedTokens, since: number): void {
    const now = clock.elapsed()
    const { expiresInSeconds = ASSUMED_SECONDS } = tokens
    const usableUntil = since + (expiresInSeconds - MARGIN_SECONDS) * 1_000
    if (usableUntil > now) kept.set(key, { ...tokens, usableUntil })
  }

  async function exchange(
    principal: Principal<unknown>,
    subjectToken: string,
    key: string,
  ): Promise<ReceivedTokens> {
    const since = clock.elapsed()
    const outcome = await service.exchange(subjectToken)
    const facts = connectionFacts(ownerOf(principal), service.name, principal.clientId, clock)
    if (!outcome.ok) {
      const reason = failureReason(outcome.failure)
      emit({ type: 'connection.exchange_failed', ...facts, reason })
      throw errorOf(outcome.failure, service)
    }
    emit({ type: 'connection.exchanged', ...facts })
    keep(key, outcome.value, since)
    return outcome.value
  }

  return {
    async current(principal, refused) {
      const { id } = ownerOf(principal)
      const subjectToken = await service.subjectToken(principal)
      const key = await sha256Hex(JSON.stringify([id, subjectToken]))
      const found = kept.get(key)
      if (found !== undefined) {
        const isUsable = clock.elapsed() < found.usableUntil && found.accessToken !== refused
        if (isUsable) return found
        kept.delete(key)
      }
      const exchanging = underWay.get(key) ?? exchange(principal, subjectToken, key)
      underWay.set(key, exchanging)
      try {
        return await exchanging
      } finally {
        if (underWay.get(key) === exchanging) underWay.delete(key)
      }
    },
  }
}

/** Errors of the provider that are about this user, this target or both, and not about the client. */
const REFUSALS: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_scope',
  'invalid_target',
])

function errorOf(failure: RemoteFailure, { title }: Exchanger): GatehouseError {
  const subject = `Access to ${title}`
  switch (failure.kind) {
    case 'denied':
    case 'refused':
      return new DeniedError('ERR_DENIED_EXCHANGE', subject)
    case 'misconfigured': {
      if (REFUSALS.has(failure.error)) return new DeniedError('ERR_DENIED_EXCHANGE', subject)
      const options = { retryable: false }
      return new UpstreamError('ERR_UPSTREAM_CLIENT_REFUSED', subject, options)
    }
    case 'unavailable': {
      const { retryAfterSeconds } = failure
      const options = { retryable: true, retryAfterSeconds }
      return new UpstreamError('ERR_UPSTREAM_UNREACHABLE', subject, options)
    }
    default:
      return failure satisfies never
  }
}
