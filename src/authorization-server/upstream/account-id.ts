import { createHash } from 'node:crypto'

/**
 * Our `sub` of an upstream identity: base64url SHA-256 of issuer and subject. It is the same for
 * ever, names nobody, and differs for equal subjects of two issuers. An issuer has no line break.
 */
export function accountIdOf({
  issuer,
  subject,
}: {
  readonly issuer: string
  readonly subject: string
}): string {
  return createHash('sha256').update(`${issuer}\n${subject}`).digest('base64url')
}
