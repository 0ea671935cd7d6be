import type { errors, TokenEndpointGrantContext } from 'oidc-provider'
import type { Write } from '../../storage/index.ts'
import type { GrantedAccess, Issuance } from '../adapter/request-scope.ts'

/** What a grant without a user in front of it gives. */
export interface GrantDecision {
  readonly granted: GrantedAccess
  /** `undefined` for the client itself. */
  readonly issuance: Issuance | undefined
  /** Happen together with the token or not at all. */
  readonly writes: readonly Write[]
  /** Members of the answer beside those of every token. */
  readonly answer?: Readonly<Record<string, unknown>>
  /** The key that the request has to prove (RFC 9449 §6.1), where the grant is bound to one. */
  readonly boundTo?: string | undefined
}

/** Errors of the token endpoint (RFC 6749 §5.2, RFC 8707 §2). */
export type GrantError =
  | 'invalid_grant'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_target'
  | 'unauthorized_client'

/** Why a grant was refused. */
export interface GrantRefusal {
  readonly error: GrantError
  /** For the audit; the client is not told. */
  readonly reason: string
  /** For the client: a constant. @defaultValue that of the error */
  readonly description?: string
  readonly assertionIssuer?: string | undefined
}

export type GrantOutcome =
  | { readonly ok: true; readonly value: GrantDecision }
  | { readonly ok: false; readonly refusal: GrantRefusal }

/** A grant that this server adds to those of `oidc-provider`, or decides about instead of it. */
export interface ExtensionGrant {
  readonly grantType: string
  readonly parameters: readonly string[]
  /**
   * Judges a request of an authenticated client that may use this grant. It may be asked again for
   * the same request, and writes nothing.
   *
   * @throws {UpstreamError} where something that is needed cannot be reached
   */
  decide(ctx: TokenEndpointGrantContext): Promise<GrantOutcome>
}

export type GrantErrors = Pick<
  typeof errors,
  'InvalidGrant' | 'InvalidRequest' | 'InvalidScope' | 'InvalidTarget' | 'UnauthorizedClient'
>

export function refuseGrant(
  error: GrantError,
  reason: string,
  description?: string,
): { readonly ok: false; readonly refusal: GrantRefusal } {
  const refusal = { error, reason, ...(description !== undefined && { description }) }
  return { ok: false, refusal }
}

/** The refusal as `oidc-provider` answers it: with one constant text per error. */
export function errorOf({ error, reason, description }: GrantRefusal, classes: GrantErrors): Error {
  switch (error) {
    case 'invalid_grant':
      return new classes.InvalidGrant(reason)
    case 'invalid_request':
      return new classes.InvalidRequest(description ?? 'the request is malformed')
    case 'invalid_scope':
      return new classes.InvalidScope(description ?? 'none of the requested scopes is allowed', '')
    case 'invalid_target':
      return new classes.InvalidTarget(description)
    case 'unauthorized_client':
      return new classes.UnauthorizedClient(description)
    default:
      return error satisfies never
  }
}
