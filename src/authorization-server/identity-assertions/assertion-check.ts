/** What is wrong with an assertion, for the audit; the client is told `invalid_grant` alone. */
export type AssertionFault =
  /** A claim that has to be there is missing, or is of another type. */
  | 'claims'
  | 'audience'
  | 'client'
  /** Expired, not good yet, or good for too long. */
  | 'lifetime'
  /** Of an organization that is not the one that is taken. */
  | 'tenant'
  /** Restricted in a way that this server does not know. */
  | 'restriction'
  | 'resource'
  | 'scope'

/** The outcome of a rule. */
export type AssertionCheck<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: AssertionFault }

export function passed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

export function failed(fault: AssertionFault): {
  readonly ok: false
  readonly fault: AssertionFault
} {
  return { ok: false, fault }
}
