import type { TokenClaims } from '../../principal/index.ts'
import type { ClaimCheck } from './check.ts'

/**
 * A token bound to a key (`cnf`, RFC 7800) is not accepted as a plain bearer token: whoever stole
 * it does not have the key (RFC 9449 §7.2, RFC 8705 §3). Of the ways to bind one, a proof is only
 * looked for where `jkt` is the one and only.
 */
export const checkKeyBinding: ClaimCheck = ({ claims }, { acceptsBoundTokens }) => {
  if (claims['cnf'] === undefined) return undefined
  return acceptsBoundTokens && boundThumbprint(claims) !== undefined ? undefined : 'binding'
}

/** The thumbprint of the key that a token is bound to (RFC 9449 §6.1). */
export function boundThumbprint({ cnf }: TokenClaims): string | undefined {
  if (typeof cnf !== 'object' || cnf === null || Object.keys(cnf).length !== 1) return undefined
  const jkt: unknown = 'jkt' in cnf ? cnf.jkt : undefined
  return typeof jkt === 'string' && jkt !== '' ? jkt : undefined
}
