/**
 * The `WWW-Authenticate` header field (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1, RFC 9728 §5.1).
 *
 * @module
 */

/** Parameters of a `Bearer` challenge, in the order they are written. */
export interface BearerChallenge {
  readonly realm?: string | undefined
  readonly error?:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'insufficient_user_authentication'
  readonly error_description?: string
  /** URL of the protected resource metadata (RFC 9728 §5.1). */
  readonly resource_metadata: string
  /** The scopes to ask for; an empty list is left out. */
  readonly scope?: readonly string[]
  /** Authentication context classes, one of which is needed (RFC 9470 §3); empty is left out. */
  readonly acr_values?: readonly string[]
  /** Allowable seconds since the user signed in (RFC 9470 §3). */
  readonly max_age?: number | undefined
}

/** Parameters of a `DPoP` challenge: those of a `Bearer` one, and what proofs have to be like. */
export interface DpopChallenge extends Partial<Omit<BearerChallenge, 'error'>> {
  readonly error?: BearerChallenge['error'] | 'invalid_dpop_proof' | 'use_dpop_nonce'
  /** Signature algorithms of proofs (RFC 9449 §7.1). */
  readonly algs: readonly string[]
}

// quoted-string of printable ASCII, RFC 9110 §5.6.4
const PRINTABLE = /^[\x20-\x7E]*$/

/** Whether `value` can stand in a quoted-string without being altered. */
export function isQuotable(value: string): boolean {
  return PRINTABLE.test(value)
}

/** Formats a `Bearer` challenge. Every value is escaped; options were checked at creation. */
export function formatBearerChallenge(challenge: BearerChallenge): string {
  return `Bearer ${formatParameters({ ...challenge, algs: [] })}`
}

/** Formats a `DPoP` challenge, by the same rules. */
export function formatDpopChallenge(challenge: DpopChallenge): string {
  return `DPoP ${formatParameters(challenge)}`
}

function formatParameters(challenge: DpopChallenge): string {
  const { realm, error, error_description, resource_metadata } = challenge
  const { scope = [], acr_values = [], max_age, algs } = challenge
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['realm', realm],
    ['error', error],
    ['error_description', error_description],
    ['resource_metadata', resource_metadata],
    ['scope', listed(scope)],
    ['acr_values', listed(acr_values)],
    ['max_age', max_age?.toString()],
    ['algs', listed(algs)],
  ]
  const written = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/[\\"]/g, '\\$&')}"`],
  )
  return written.join(', ')
}

function listed(values: readonly string[]): string | undefined {
  return values.length > 0 ? values.join(' ') : undefined
}
