import { createAttempts } from '../oauth-client/index.ts'
import type { Emit } from '../observability/index.ts'
import { type Clock, isOptionalString } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { ConnectionAttempt, ConnectionAttempts } from './connection-attempts.ts'
import { isOwner } from './connection-record.ts'

export interface ConnectionAttemptsOptions {
  readonly storage: Storage
  readonly isSecure: boolean
  readonly emit: Emit
  readonly clock: Clock
}

const TTL_SECONDS = 600

/** Keeps attempts between the redirect to a service and its callback, bound to browser and owner. */
export function createConnectionAttempts(options: ConnectionAttemptsOptions): ConnectionAttempts {
  const { storage, isSecure, emit, clock } = options
  const attempts = createAttempts<ConnectionAttempt>({
    storage,
    kind: 'connection-attempt',
    subject: 'Connection attempt',
    cookiePrefix: 'connect',
    isSecure,
    clock,
    ttlSeconds: TTL_SECONDS,
    isContent: ({ owner, service, requestId, clientId }) =>
      isOwner(owner) &&
      typeof service === 'string' &&
      [requestId, clientId].every(isOptionalString),
  })

  return {
    create: (attempt, cookieHeader) => attempts.create(attempt, cookieHeader),
    async find({ state, service, cookieHeader, correlationId }) {
      const found = await attempts.find(state, cookieHeader)
      if (!('content' in found) || found.content.service !== service) {
        return { ok: false, reason: 'unknown' }
      }
      if (found.ok) return { ok: true, attempt: found.content }
      const facts = { at: clock.now(), correlationId, upstream: service }
      emit({ type: 'flow.browser_mismatch', ...facts })
      return { ok: false, reason: 'browser_mismatch' }
    },
    take: async (attempt) => (await attempts.take(attempt)) !== undefined,
  }
}
