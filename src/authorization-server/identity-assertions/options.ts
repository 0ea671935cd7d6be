import type { Fetch } from '../../http/index.ts'
import type { KeyRing } from '../../keys/index.ts'
import type { ClaimNames } from '../../oauth-client/index.ts'

/** An identity provider whose word about its users and their access is taken. */
export interface AssertionIssuerOptions {
  /** Its issuer identifier: `iss` of the assertions, character by character. */
  readonly issuer: string
  /** URL of its metadata document. @defaultValue the well-known locations */
  readonly metadataUrl?: string | undefined
  /** URL of its JSON Web Key Set. @defaultValue `jwks_uri` of the metadata */
  readonly jwksUri?: string | undefined
  /** Accepted signature algorithms. @defaultValue all asymmetric ones */
  readonly algorithms?: readonly string[] | undefined
  /** The clients that it may let in. @defaultValue every client with the grant */
  readonly clients?: readonly string[] | undefined
  /** The resources that it may let them in to. @defaultValue all of this server */
  readonly resources?: readonly string[] | undefined
  /**
   * For an issuer of several organizations: the one whose users are taken, as the claim `tenant` has
   * it. @defaultValue assertions with that claim are refused
   */
  readonly tenant?: string | undefined
  /**
   * The scopes of an assertion without the claim `scope`, for providers that do not manage scopes.
   * @defaultValue none
   */
  readonly defaultScopes?: readonly string[] | undefined
  /** Which of its claims become which of ours. @defaultValue email, name, roles, tenant_id */
  readonly claims?: ClaimNames | undefined
  /**
   * The domains in whose name it speaks: a user whom nobody has seen under its issuer and subject is
   * the account of somebody with the same e-mail address in one of them, where both sides have
   * verified it. It can sign in as anybody of these domains. @defaultValue none
   */
  readonly linkEmailDomains?: readonly string[] | undefined
}

/** Who may let users in without a page: enterprise-managed authorization. */
export interface IdentityAssertionOptions {
  readonly issuers: readonly AssertionIssuerOptions[]
  /** Longest accepted `exp − iat`, 10 to 3,600 seconds. @defaultValue 600 */
  readonly maxLifetimeSeconds?: number | undefined
  /**
   * A ring for `encryption`: assertions may be encrypted for its keys, which are published with those
   * for signatures. @defaultValue encrypted ones are refused
   */
  readonly encryptionKeys?: KeyRing | undefined
  /** For a proxy or custom certificates. @defaultValue the platform's */
  readonly fetch?: Fetch | undefined
}
