import { hash } from 'node:crypto'
import type { Principal } from '../../principal/index.ts'

/**
 * Our `sub` of an upstream identity: base64url SHA-256 of issuer and subject, which alone identify a
 * user (OpenID Connect §5.7). It is the same for ever, names nobody, and differs for equal subjects
 * of two issuers. An issuer has no line break.
 */
export function accountIdOf({
  issuer,
  subject,
}: {
  readonly issuer: string
  readonly subject: string
}): string {
  return hash('sha256', `${issuer}\n${subject}`, 'base64url')
}

/**
 * The account of a caller: the subject of a user whose token our issuer has issued. Whoever else
 * calls has none here, whatever their subject is called.
 */
export function accountOf(principal: Principal<unknown>, issuer: string): string | undefined {
  return principal.kind === 'user' && principal.issuer === issuer ? principal.subject : undefined
}
