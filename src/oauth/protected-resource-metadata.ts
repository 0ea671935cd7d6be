/**
 * Protected resource metadata (RFC 9728).
 *
 * @module
 */

/** The document that this server publishes about itself (RFC 9728 §2). */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly scopes_supported?: readonly string[]
  readonly dpop_signing_alg_values_supported?: readonly string[]
  readonly dpop_bound_access_tokens_required?: true
  readonly [field: string]: unknown
}

/**
 * The fields of RFC 9728 §2 that a deployment can add, under their wire names: `resource_name`,
 * `resource_documentation`, `resource_policy_uri`, `resource_tos_uri`, language-tagged variants
 * such as `resource_name#de`, `jwks_uri`, `signed_metadata` and any registered extension.
 */
export type AdditionalMetadata = Readonly<Record<string, unknown>>

/** What the document is built from. */
export interface ProtectedResourceMetadataInput {
  readonly resource: string
  readonly authorizationServers: readonly string[]
  readonly scopesSupported: readonly string[]
  /** What proofs of possession have to be like, where tokens bound to a key are accepted. */
  readonly dpop?: { readonly algorithms: readonly string[]; readonly required: boolean } | undefined
  readonly additional: AdditionalMetadata
}

/** Builds the document. Fields that are empty are left out (RFC 9728 §2). */
export function buildProtectedResourceMetadata(
  input: ProtectedResourceMetadataInput,
): ProtectedResourceMetadata {
  const { dpop } = input
  return {
    ...input.additional,
    resource: input.resource,
    authorization_servers: input.authorizationServers,
    bearer_methods_supported: ['header'],
    ...(input.scopesSupported.length > 0 && { scopes_supported: input.scopesSupported }),
    ...(dpop && { dpop_signing_alg_values_supported: dpop.algorithms }),
    ...(dpop?.required && { dpop_bound_access_tokens_required: true }),
  }
}
