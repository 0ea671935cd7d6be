import type { ApplicationType } from '../../oauth/index.ts'

/** How a client proves at the token endpoint that it is the one (RFC 7591 §2). */
export type ClientAuthMethod =
  | 'none'
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'

/** Public keys of a client (RFC 7517 §5). */
export interface PublicKeys {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/**
 * What is kept of the metadata of a client (RFC 7591 §2), whoever said it: checked, with defaults,
 * and without every field that this server does not act on. There is no `scope`: clients register
 * what they need first and ask for more later.
 */
export interface ClientMetadata {
  readonly application_type: ApplicationType
  readonly client_name?: string
  readonly client_uri?: string
  readonly dpop_bound_access_tokens?: boolean
  readonly grant_types: readonly string[]
  readonly jwks?: PublicKeys
  readonly jwks_uri?: string
  readonly logo_uri?: string
  readonly policy_uri?: string
  readonly redirect_uris: readonly string[]
  readonly response_types: readonly string[]
  readonly software_id?: string
  readonly software_version?: string
  readonly token_endpoint_auth_method: ClientAuthMethod
  readonly token_endpoint_auth_signing_alg?: string
  readonly tos_uri?: string
}

/** Fields of RFC 7591 that `oidc-provider` keeps only when it is told to. */
export const EXTRA_FIELDS = ['software_id', 'software_version'] as const

/**
 * What becomes of clients that want all of their tokens bound to a key: this server binds none, those
 * of clients that send proofs, or all.
 */
export type BoundTokens = 'never' | 'offered' | 'required'

/** What a client may be. */
export interface MetadataRules {
  readonly privateUseSchemes: ReadonlySet<string>
  readonly boundTokens: BoundTokens
  /** Whether `dpop_bound_access_tokens` is refused or left out where this server binds none. */
  readonly unbindable: 'refuse' | 'drop'
  /** Those that the server's metadata advertises. */
  readonly authMethods: readonly ClientAuthMethod[]
  /** Grant types beyond those with a user, for whoever may have them. */
  readonly privilegedGrantTypes: ReadonlySet<string>
  /** Whether clients can redeem identity assertions here; a metadata document says so by itself. */
  readonly takesIdentityAssertions: boolean
  /** Where codes may go. */
  readonly redirects: 'any' | 'loopback'
  /** What becomes of grant types that need a privilege that the client lacks. */
  readonly unprivileged: 'refuse' | 'drop'
  /** Whether links that are shown to users may be http. */
  readonly allowHttpLinks: boolean
}

/** What is wrong, for the client: constant texts that name fields and repeat no value. */
export interface MetadataFault {
  readonly ok: false
  readonly error: 'invalid_client_metadata' | 'invalid_redirect_uri'
  readonly field: string
  readonly description: string
  /** What was asked for exists, and this client may not have it. */
  readonly privilege?: true
}

export type MetadataVerdict =
  | { readonly ok: true; readonly metadata: ClientMetadata }
  | MetadataFault

/** Some fields of the metadata, or what is wrong about them. */
export type FieldsVerdict<Fields extends Partial<ClientMetadata>> =
  | { readonly ok: true; readonly fields: Fields }
  | MetadataFault

/** A JSON object whose fields are not checked yet; without those that are `null` or empty. */
export type RawMetadata = ReadonlyMap<string, unknown>

export function faultOf(field: string, problem: string): MetadataFault {
  const error = field === 'redirect_uris' ? 'invalid_redirect_uri' : 'invalid_client_metadata'
  return { ok: false, error, field, description: `${field} ${problem}` }
}
