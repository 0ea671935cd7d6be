import type { ClaimCheck } from './check.ts'

const MAX_SUBJECT_CHARACTERS = 1_024
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001F\u007F]/

/** `sub`, where there is one, is a name that can be stored and shown (RFC 7519 §4.1.2). */
export const checkSubject: ClaimCheck = ({ claims }) => {
  const { sub } = claims
  if (sub === undefined) return undefined
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_CHARACTERS) return 'sub'
  return CONTROL_CHARACTERS.test(sub) ? 'sub' : undefined
}
