/**
 * The `WWW-Authenticate` header field (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9728 §5.1).
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

// quoted-string of printable ASCII, RFC 9110 §5.6.4
const PRINTABLE = /^[\x20-\x7E]*$/

/** Whether `value` can stand in a quoted-string without being altered. */
export function isQuotable(value: string): boolean {
  return PRINTABLE.test(value)
}

/** Formats a `Bearer` challenge. Every value is escaped; options were checked at creation. */
export function formatBearerChallenge(challenge: BearerChallenge): string {
  const { realm, error, error_description, resource_metadata } = challenge
  const { scope = [], acr_values = [], max_age } = challenge
  const parameters: readonly (readonly [string, string | undefined])[] = [
    ['realm', realm],
    ['error', error],
    ['error_description', error_description],
    ['resource_metadata', resource_metadata],
    ['scope', listed(scope)],
    ['acr_values', listed(acr_values)],
    ['max_age', max_age?.toString()],
  ]
  const written = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value.replace(/[\\"]/g, '\\$&')}"`],
  )
  return `Bearer ${written.join(', ')}`
}

function listed(values: readonly string[]): string | undefined {
  return values.length > 0 ? values.join(' ') : undefined
}
