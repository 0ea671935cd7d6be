import type { Upstream, UserClaims } from '../../oauth-client/index.ts'
import { emailDomain } from './email-domain.ts'

/** An upstream, and which users are sent there. */
export interface Realm {
  readonly upstream: Upstream
  /** Scopes that the user will be asked for there. */
  readonly scopes: readonly string[]
  /** What users choose it by; `undefined` where they cannot. */
  readonly label: string | undefined
  /** In canonical form. */
  readonly emailDomains: ReadonlySet<string>
  readonly resourceHosts: ReadonlySet<string>
}

/** What of a request says where its user signs in. */
export interface RealmHints {
  /** An identifier that is configured. @defaultValue the request is for no resource */
  readonly resource?: string | undefined
  readonly loginHint: string | undefined
}

/** All upstreams of a server, one at least. */
export interface Realms {
  readonly all: readonly Realm[]
  /** The one that a request is for, before its user has said anything; `undefined` for a choice. */
  decide(hints: RealmHints): Realm | undefined
  byName(name: string): Realm | undefined
  byEmail(email: string): Realm | undefined
  /**
   * What an upstream is believed about a user: no address of a domain that another one is configured
   * for. Whoever goes by addresses would take the user for somebody else.
   */
  believed(upstream: Pick<Upstream, 'name'>, claims: UserClaims): UserClaims
}

/** Chooses by what the operator has configured, and by nothing that is known of users. */
export function createRealms(all: readonly Realm[]): Realms {
  const byEmail = (email: string): Realm | undefined => {
    const domain = emailDomain(email)
    return all.find(({ emailDomains }) => domain !== undefined && emailDomains.has(domain))
  }
  return {
    all,
    byEmail,
    byName: (name) => all.find(({ upstream }) => upstream.name === name),
    decide({ resource = '', loginHint }) {
      if (all.length === 1) return all[0]
      const host = URL.canParse(resource) ? new URL(resource).host : ''
      const ofHost = all.find(({ resourceHosts }) => resourceHosts.has(host))
      return ofHost ?? (loginHint === undefined ? undefined : byEmail(loginHint))
    },
    believed({ name }, claims) {
      const { email, email_verified: _isVerified, ...others } = claims
      const owner = typeof email === 'string' ? byEmail(email) : undefined
      return owner === undefined || owner.upstream.name === name ? claims : others
    },
  }
}
