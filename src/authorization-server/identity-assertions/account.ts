import { mapUserClaims, type UserClaims } from '../../oauth-client/index.ts'
import type { Write } from '../../storage/index.ts'
import { accountIdOf } from '../upstream/account-id.ts'
import type { UserRecords } from '../users.ts'
import type { AssertionClaims } from './assertion-facts.ts'
import type { AssertionIssuer } from './settings.ts'

/** Whose account a token is for. */
export interface LinkedAccount {
  readonly accountId: string
  /** Claims of the token. */
  readonly claims: UserClaims | Readonly<Record<string, unknown>>
  /** What keeps a user whom nobody has seen before. */
  readonly writes: readonly Write[]
}

/**
 * Finds the account of an assertion: that of issuer and subject, which is also whom a sign-in at the
 * same identity provider leads to; else, where that is configured, the one account with the same
 * verified e-mail address; else a new one.
 */
export async function linkAccount(
  { iss, sub, all }: AssertionClaims,
  { claims: names, linkEmailDomains }: AssertionIssuer,
  users: UserRecords,
): Promise<LinkedAccount> {
  const identity = { issuer: iss, subject: sub }
  const accountId = accountIdOf(identity)
  const known = await users.find(accountId)
  if (known?.upstream !== undefined) return { accountId, claims: known.claims, writes: [] }
  const email = known === undefined ? linkableEmail(all, linkEmailDomains) : undefined
  const other = email === undefined ? undefined : await users.findByEmail(email)
  if (other !== undefined) return { ...other, writes: [] }
  const claims = mapUserClaims(all, names)
  return { accountId, claims, writes: [await users.writeOf({ ...identity, claims })] }
}

/** An address that the issuer says it has verified, in a domain that it speaks for. */
function linkableEmail(
  { email, email_verified: isVerified }: Readonly<Record<string, unknown>>,
  domains: ReadonlySet<string>,
): string | undefined {
  if (typeof email !== 'string' || isVerified !== true) return undefined
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase()
  return domains.has(domain) ? email : undefined
}
