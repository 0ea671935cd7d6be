import type { ClaimCheck } from './check.ts'

/**
 * A token bound to a key (`cnf`, RFC 7800) is not accepted as a plain bearer token: whoever stole
 * it does not have the key (RFC 9449 §7.2, RFC 8705 §3).
 */
export const checkKeyBinding: ClaimCheck = ({ claims }) =>
  claims['cnf'] === undefined ? undefined : 'binding'
