import { mapUserClaims, type UserClaims } from '../../oauth-client/index.ts'
import type { Write } from '../../storage/index.ts'
import type { Settings } from '../options/index.ts'
import { accountIdOf } from '../upstream/account-id.ts'
import { emailDomain } from '../upstream/email-domain.ts'
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

/** What an account is found with. */
export interface AccountSources {
  readonly users: Pick<UserRecords, 'find' | 'findByEmail' | 'writeOf'>
  readonly upstreams: readonly AddressOwner[]
}

type Realm = Settings['upstreams'][number]

/** An upstream, and the domains of the addresses that it speaks for. */
type AddressOwner = Pick<Realm, 'emailDomains'> & {
  readonly upstream: Pick<Realm['upstream'], 'issuer'>
}

/**
 * Finds the account of an assertion: that of issuer and subject, which is also whom a sign-in at the
 * same identity provider leads to; else, where that is configured, the one account with the same
 * verified e-mail address; else a new one.
 *
 * What the provider says today of its own user takes the place of what it said at their sign-in, such
 * as a role that they have lost. Their address stays that of the sign-in, which was verified or not.
 */
export async function linkAccount(
  assertion: AssertionClaims,
  issuer: AssertionIssuer,
  { users, upstreams }: AccountSources,
): Promise<LinkedAccount> {
  const identity = { issuer: assertion.iss, subject: assertion.sub }
  const accountId = accountIdOf(identity)
  const claims = believedClaims(assertion, issuer, upstreams)
  const known = await users.find(accountId)
  if (known?.upstream !== undefined) {
    const { email: _email, email_verified: _isVerified, ...today } = claims
    return { accountId, claims: { ...known.claims, ...today }, writes: [] }
  }
  const email =
    known === undefined ? linkableEmail(assertion.all, issuer.linkEmailDomains) : undefined
  const other = email === undefined ? undefined : await users.findByEmail(email)
  if (other !== undefined) return { ...other, writes: [] }
  return { accountId, claims, writes: [await users.writeOf({ ...identity, claims })] }
}

/** Without an address of a domain that an upstream speaks for, and this issuer does not. */
function believedClaims(
  { iss, all }: AssertionClaims,
  { claims: names, linkEmailDomains }: AssertionIssuer,
  upstreams: readonly AddressOwner[],
): UserClaims {
  const claims = mapUserClaims(all, names)
  const { email, email_verified: _isVerified, ...others } = claims
  const domain = typeof email === 'string' ? emailDomain(email) : undefined
  if (domain === undefined || linkEmailDomains.has(domain)) return claims
  const owner = upstreams.find(({ emailDomains }) => emailDomains.has(domain))
  return owner === undefined || owner.upstream.issuer === iss ? claims : others
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
