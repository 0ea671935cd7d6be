import { UpstreamError } from '../errors/index.ts'
import {
  createTokenKeeper,
  failureReason,
  type NoToken,
  type TokenKeeper,
} from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import { connectionFacts } from './connection-facts.ts'
import { OAUTH_CONNECTION_FORMAT, type OAuthConnection } from './connection-record.ts'
import type { ConnectionRequired } from './connection-required.ts'
import type { OAuthService } from './service.ts'

export interface ServiceTokensOptions {
  readonly storage: Storage
  readonly emit: Emit
  readonly clock: Clock
  readonly random: () => number
  /** The error for a user whose connection has ended. */
  readonly ended: (service: string) => ConnectionRequired
}

/** How many refreshes one service gets at once from this process. */
const MAX_CONCURRENT = 8
/** Longer than a request can take. */
const LOCK_SECONDS = 30

/** Keeps the tokens of one service usable, and says what happens to them. */
export function createServiceTokens(
  service: OAuthService,
  { storage, emit, clock, random, ended }: ServiceTokensOptions,
): TokenKeeper<OAuthConnection> {
  const factsOf = ({ owner, connectedBy }: OAuthConnection) =>
    connectionFacts(owner, service.name, connectedBy, clock)

  return createTokenKeeper<OAuthConnection>({
    storage,
    format: OAUTH_CONNECTION_FORMAT,
    clock,
    random,
    maxConcurrent: MAX_CONCURRENT,
    lockSeconds: LOCK_SECONDS,
    refresh: ({ refreshToken, scopes }) => service.refresh({ refreshToken, scopes }),
    errorFor: (reason) =>
      reason.kind === 'ended' ? ended(service.name) : errorOf(reason, service),
    onRenewed: (connection) => emit({ type: 'connection.refreshed', ...factsOf(connection) }),
    onFailed: (connection, failure) =>
      emit({
        type: 'connection.refresh_failed',
        ...factsOf(connection),
        reason: failureReason(failure),
      }),
    onEnded: (connection, isLost) =>
      emit({
        type: 'connection.needs_reconnect',
        ...factsOf(connection),
        reason: isLost ? 'inflight_lost' : 'ended',
      }),
  })
}

function errorOf(
  reason: Exclude<NoToken, { readonly kind: 'ended' }>,
  { title }: OAuthService,
): UpstreamError {
  const subject = `Refresh at ${title}`
  if (reason.kind === 'misconfigured') {
    const options = { retryable: false }
    return new UpstreamError('ERR_UPSTREAM_CLIENT_REFUSED', `${subject} (${reason.error})`, options)
  }
  const options = { retryable: true, retryAfterSeconds: reason.retryAfterSeconds }
  return new UpstreamError('ERR_UPSTREAM_REFRESH', subject, options)
}
