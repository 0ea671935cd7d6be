import type { errors, TokenEndpointGrantContext } from 'oidc-provider'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { GrantedAccess, RequestScope, RequestScopes } from '../adapter/request-scope.ts'
import type { GrantHandler } from './redemption.ts'

export interface AuditedGrantOptions {
  readonly scopes: RequestScopes
  readonly issuer: string
  readonly clock: Clock
  readonly emit: Emit
  /** @defaultValue none */
  readonly correlationIdOf?: ((req: object) => string) | undefined
  /** Rejects where events have to be delivered, and are not. @defaultValue they need not */
  readonly requireAudit?: (() => Promise<void>) | undefined
  readonly errors: Pick<typeof errors, 'OIDCProviderError'>
}

/**
 * Reports every request for tokens of an authenticated client once: what it got, when that is
 * written, or why it got nothing. What fails because something is broken is no refusal, and is
 * reported where it is answered.
 */
export function withAudit(handler: GrantHandler, options: AuditedGrantOptions): GrantHandler {
  const { scopes, emit, errors, requireAudit } = options
  return async (ctx) => {
    await requireAudit?.()
    try {
      await handler(ctx)
    } catch (error) {
      const isRefusal = error instanceof errors.OIDCProviderError && error.status < 429
      // A replay has an event of its own.
      const isReplay = (scopes.current()?.endedGrants.size ?? 0) > 0
      if (isRefusal && !isReplay) {
        emit({ type: 'grant.deny', ...factsOf(ctx, options), ...reasonOf(error, scopes) })
      }
      throw error
    }
    const scope = scopes.current()
    const granted = scope?.granted ?? grantedOf(ctx, scope)
    emit({ type: 'grant.allow', ...factsOf(ctx, options), ...granted })
  }
}

/** What `oidc-provider` has issued for a user. */
function grantedOf(
  { oidc: { entities } }: TokenEndpointGrantContext,
  scope: RequestScope | undefined,
): GrantedAccess {
  const { AccessToken: token, Account: account } = entities
  const aud = scope?.issuedClaims?.['aud'] ?? token?.aud
  return {
    subject: account?.accountId,
    assertionIssuer: undefined,
    resource: typeof aud === 'string' ? aud : '',
    scopes: [...(token?.scopes ?? [])],
  }
}

/** The private detail of an error where it has one. */
function reasonOf(
  error: Error & { readonly error_detail?: string | undefined },
  scopes: RequestScopes,
): { readonly reason: string; readonly assertionIssuer: string | undefined } {
  const reason = error.error_detail ?? error.message
  return scopes.current()?.refused ?? { reason, assertionIssuer: undefined }
}

function factsOf(
  { req, oidc: { client, params } }: TokenEndpointGrantContext,
  { issuer, clock, correlationIdOf }: AuditedGrantOptions,
): {
  correlationId: string | undefined
  at: number
  issuer: string
  grantType: string
  clientId: string
} {
  return {
    correlationId: correlationIdOf?.(req),
    at: clock.now(),
    issuer,
    grantType: params['grant_type'],
    clientId: client.clientId,
  }
}
