import type { KeyRing } from '../../keys/index.ts'
import type { ClaimNames } from '../../oauth-client/index.ts'
import type { TokenVerifier } from '../../verifiers/index.ts'

/** One issuer, with its defaults filled in. */
export interface AssertionIssuer {
  readonly issuer: string
  /** `undefined` for all. */
  readonly clients: ReadonlySet<string> | undefined
  /** Identifiers as they are configured. */
  readonly resources: ReadonlySet<string>
  readonly tenant: string | undefined
  readonly defaultScopes: readonly string[]
  readonly claims: ClaimNames
  /** In lower case. */
  readonly linkEmailDomains: ReadonlySet<string>
}

/** The options of identity assertions, checked and completed. */
export interface IdentityAssertionSettings {
  readonly issuers: ReadonlyMap<string, AssertionIssuer>
  /** Whether any issuer's users are looked up by their e-mail address. */
  readonly linksByEmail: boolean
  readonly maxLifetimeSeconds: number
  readonly encryptionKeys: KeyRing | undefined
  /** Says whether an assertion is authentic, and nothing else. */
  readonly verifier: TokenVerifier
}
