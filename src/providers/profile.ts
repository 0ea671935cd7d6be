/** A statement about a provider, in Markdown, and where it is documented. */
export interface Fact {
  readonly text: string
  readonly source: string
}

/** Whether a provider can do something; what nobody could confirm says why. */
export type Capability =
  | {
      /** `option`: where it is switched on, or with a condition. */
      readonly supported: 'yes' | 'no' | 'option'
      readonly text: string
      readonly source: string
    }
  /** `varies`: each deployment differs, and the text says where to look. */
  | { readonly supported: 'unconfirmed' | 'varies'; readonly text: string }

/** Where a provider writes what a principal is made of; the first claim that is there counts. */
export interface ClaimPlaces {
  readonly scopes: readonly string[]
  /** Paths with dots. All of them together are the roles. */
  readonly roles: readonly string[]
  readonly groups: readonly string[]
  readonly permissions: readonly string[]
  readonly clientId: readonly string[]
  readonly tenant: readonly string[]
}

/**
 * What is known about a provider. Every text is Markdown and names its source, so that the tables
 * of `docs/providers/` and the advice of the command line say the same.
 */
export interface ProviderProfile {
  /** Name of its page, of its function and of its upstream: 1 to 40 of a-z, 0-9 and `-`. */
  readonly id: string
  readonly title: string
  /** Its issuer identifier, with what to fill in between `<` and `>`. */
  readonly issuer: string
  /** Where its metadata is. */
  readonly discovery: string
  /** What `aud` of its access tokens says, and what has to be done about it. */
  readonly audience: Fact
  readonly claims: ClaimPlaces
  /** What its access tokens for your server are; opaque ones need a verifier that asks. */
  readonly tokens: 'jwt' | 'opaque' | 'jwt or opaque'
  /** Dynamic registration (RFC 7591) by clients that nobody knows. */
  readonly registration: Capability
  /** Client ID metadata documents. */
  readonly clientIdDocuments: Capability
  /** The parameter `resource` (RFC 8707). */
  readonly resourceIndicators: Capability
  /** `code_challenge_methods_supported` in its metadata, without which MCP clients stop. */
  readonly pkceAdvertised: Capability
  /** Token revocation (RFC 7009). */
  readonly revocation: Capability
  /** When your own authorization server has to stand in front. */
  readonly needsServer: string
  /** Parameters of the authorization request beyond the standard, and what for. */
  readonly extraParameters: Readonly<Record<string, string>>
  readonly refresh: readonly Fact[]
  readonly traps: readonly Fact[]
  /** How to register our authorization server there, in five steps. */
  readonly steps: readonly [string, string, string, string, string]
  /** How to register the MCP server itself there; `undefined` where its tokens cannot be used. */
  readonly directSteps: readonly string[] | undefined
  /** What is written here without a page of the provider that says so. */
  readonly unconfirmed: readonly string[]
  /** Whether `mcp-gatehouse/testing` has an emulator, with which the whole gate is tested. */
  readonly emulated: boolean
}
