/**
 * Scope values and sets of them (RFC 6749 §3.3).
 *
 * @module
 */

// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), RFC 6749 §3.3
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

/** A set of scope tokens. The order carries no meaning (RFC 6749 §3.3). */
export type ScopeSet = ReadonlySet<string>

/** Whether `value` is one scope-token: printable ASCII without space, quote and backslash. */
export function isScopeToken(value: unknown): value is string {
  return typeof value === 'string' && SCOPE_TOKEN.test(value)
}

/**
 * Reads a scope list as identity providers write it: a space-delimited string or an array.
 *
 * It does NOT refuse: what is no scope-token grants nothing and is left out, so a claim of an
 * unexpected type is an empty set.
 */
export function readScopes(claim: unknown): ScopeSet {
  const candidates: readonly unknown[] =
    typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : []
  return new Set(candidates.filter(isScopeToken))
}

/** Returns the tokens of `required` that `granted` lacks, in the order they were required. */
export function missingScopes(granted: ScopeSet, required: Iterable<string>): string[] {
  return [...required].filter((token) => !granted.has(token))
}
