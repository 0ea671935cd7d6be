import { type AssertionCheck, failed, passed } from './assertion-check.ts'
import type { AssertionClaims } from './assertion-facts.ts'

/** Claims that narrow what an assertion is good for, or say for whom the client acts. */
const UNKNOWN = ['authorization_details', 'aud_tenant', 'act', 'may_act']

/**
 * Refuses an assertion that is restricted in a way that this server does not enforce.
 *
 * @returns The thumbprint of the key that the request has to prove (RFC 9449 §6.1); `undefined` for
 *   an assertion that is not bound to one.
 */
export function checkRestrictions({ all }: AssertionClaims): AssertionCheck<string | undefined> {
  if (UNKNOWN.some((name) => all[name] !== undefined)) return failed('restriction')
  const { cnf } = all
  if (cnf === undefined) return passed(undefined)
  if (typeof cnf !== 'object' || cnf === null) return failed('restriction')
  const entries: readonly (readonly [string, unknown])[] = Object.entries(cnf)
  const [name, value] = entries[0] ?? []
  const isThumbprint = name === 'jkt' && typeof value === 'string' && value !== ''
  return entries.length === 1 && isThumbprint ? passed(value) : failed('restriction')
}
