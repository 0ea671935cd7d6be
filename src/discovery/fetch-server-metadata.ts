import type { Fetch } from '../http/index.ts'
import type { ServerMetadata } from '../oauth/index.ts'
import {
  requireIssuer,
  requireKnownOptions,
  requirePlainTypes,
  requireSecureUrl,
} from '../options/index.ts'
import { loadServerMetadata, type TransformMetadata } from './server-metadata-source.ts'

/** Options of {@link fetchServerMetadata}. */
export interface FetchServerMetadataOptions {
  /**
   * URL of the document.
   * @defaultValue the well-known locations of RFC 8414 and OpenID Connect, in the order of MCP
   */
  readonly metadataUrl?: string
  /** Patches the document before it is validated. */
  readonly transformMetadata?: TransformMetadata
  /** Allow http on loopback addresses. For development. @defaultValue false */
  readonly allowInsecureLoopback?: boolean
  /** Such as one with a proxy or a custom CA. @defaultValue the platform's, as it was when this package loaded */
  readonly fetch?: Fetch
}

const OPTIONS: readonly string[] = [
  'allowInsecureLoopback',
  'fetch',
  'metadataUrl',
  'transformMetadata',
] satisfies (keyof FetchServerMetadataOptions)[]

/**
 * Reads the metadata of an authorization server (RFC 8414 §3), for the option `metadata` of an entry
 * of `authorizationServers`, or for `checkServerMetadata`.
 *
 * It reads once: a resource server that is given the issuer alone reads by itself, and again later.
 * It does NOT read keys, and does not check whether MCP clients can sign in there.
 *
 * @param issuer The issuer identifier, which the document has to state (RFC 8414 §3.3).
 * @throws {ConfigError} for an issuer or a URL that could not be used
 * @throws {UpstreamError} `ERR_UPSTREAM_METADATA_NOT_FOUND`, `ERR_UPSTREAM_ISSUER_MISMATCH`,
 *   `ERR_UPSTREAM_METADATA_INVALID`, or why no location could be read
 *
 * @example
 * ```ts
 * const issuer = 'https://id.example.com/realms/acme'
 * const server = { issuer, metadata: await fetchServerMetadata(issuer) }
 * ```
 *
 * @see [RFC 8414 §3](https://www.rfc-editor.org/rfc/rfc8414.html#section-3)
 */
export async function fetchServerMetadata(
  issuer: string,
  options: FetchServerMetadataOptions = {},
): Promise<ServerMetadata> {
  requireKnownOptions(options, OPTIONS, 'fetchServerMetadata')
  const types = { boolean: ['allowInsecureLoopback'], function: ['fetch', 'transformMetadata'] }
  requirePlainTypes(options, { ...types, object: [] }, 'fetchServerMetadata: ')
  const { allowInsecureLoopback = false, fetch, metadataUrl, transformMetadata } = options
  requireIssuer(issuer, allowInsecureLoopback, 'fetchServerMetadata: issuer')
  requireSecureUrl(metadataUrl, allowInsecureLoopback, 'fetchServerMetadata: metadataUrl')
  const { value } = await loadServerMetadata({
    issuer,
    metadataUrl,
    transformMetadata,
    allowInsecureLoopback,
    fetch: { fetch },
  })
  return value
}
