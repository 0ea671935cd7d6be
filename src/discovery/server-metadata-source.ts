import { type ErrorCode, UpstreamError } from '../errors/index.ts'
import { type FetchDocumentOptions, type FetchedDocument, fetchDocument } from '../http/index.ts'
import { isSecureUrl, type ServerMetadata, serverMetadataUrls } from '../oauth/index.ts'
import type { Loaded } from './refreshed-value.ts'

/** Patches a metadata document before it is validated, for providers that publish a wrong one. */
export type TransformMetadata = (
  document: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>

/** How the metadata of one authorization server is found. */
export interface ServerMetadataOptions {
  readonly issuer: string
  /** The document's URL, for servers that publish it at none of the well-known locations. */
  readonly metadataUrl: string | undefined
  readonly transformMetadata: TransformMetadata | undefined
  readonly allowInsecureLoopback: boolean
  readonly fetch: FetchDocumentOptions
}

/**
 * Reads the metadata of an authorization server from the first location that has it.
 *
 * A location that answers with something else than a JSON object is passed over: one known
 * provider answers the first with 200 and an HTML page. A document of another issuer is a
 * refusal, not a reason to look further (RFC 8414 §3.3).
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_METADATA_NOT_FOUND` and what {@link parseServerMetadata}
 *   throws; where a location could not be reached, the error of that location, since the
 *   document may be there.
 */
export async function loadServerMetadata(
  options: ServerMetadataOptions,
): Promise<Loaded<ServerMetadata>> {
  const { issuer, metadataUrl } = options
  const urls = metadataUrl === undefined ? serverMetadataUrls(new URL(issuer)) : [metadataUrl]
  let unreachable: UpstreamError | undefined
  let cause: UpstreamError | undefined
  for (const url of urls) {
    const found = await tryLocation(url, options.fetch)
    if (found instanceof UpstreamError) {
      if (found.retryable) unreachable ??= found
      cause ??= found
      continue
    }
    return { ...found, value: parseServerMetadata(found.document, options) }
  }
  throw (
    unreachable ??
    metadataError('ERR_UPSTREAM_METADATA_NOT_FOUND', issuer, urls.join(', '), { cause })
  )
}

/**
 * Checks a document, whether fetched or configured.
 *
 * @throws {UpstreamError} `ERR_UPSTREAM_ISSUER_MISMATCH`, `ERR_UPSTREAM_METADATA_INVALID`
 */
export function parseServerMetadata(
  document: Readonly<Record<string, unknown>>,
  options: Pick<ServerMetadataOptions, 'issuer' | 'transformMetadata' | 'allowInsecureLoopback'>,
): ServerMetadata {
  const { issuer, transformMetadata, allowInsecureLoopback } = options
  const metadata = transformMetadata?.(document) ?? document
  if (metadata['issuer'] !== issuer) {
    throw metadataError('ERR_UPSTREAM_ISSUER_MISMATCH', issuer, describe(metadata['issuer']))
  }
  const { jwks_uri } = metadata
  if (jwks_uri !== undefined && !isUsableUrl(jwks_uri, allowInsecureLoopback)) {
    throw metadataError('ERR_UPSTREAM_METADATA_INVALID', issuer, `jwks_uri ${describe(jwks_uri)}`)
  }
  return { ...metadata, issuer, ...(typeof jwks_uri === 'string' && { jwks_uri }) }
}

async function tryLocation(
  url: string,
  options: FetchDocumentOptions,
): Promise<FetchedDocument | UpstreamError> {
  try {
    return await fetchDocument(url, options)
  } catch (error) {
    if (error instanceof UpstreamError) return error
    throw error
  }
}

function isUsableUrl(value: unknown, allowInsecureLoopback: boolean): boolean {
  return (
    typeof value === 'string' &&
    URL.canParse(value) &&
    isSecureUrl(new URL(value), allowInsecureLoopback)
  )
}

function metadataError(
  code: ErrorCode,
  issuer: string,
  detail: string,
  options?: ErrorOptions,
): UpstreamError {
  const subject = `Metadata of ${issuer} (${detail})`
  return new UpstreamError(code, subject, { ...options, retryable: false })
}

function describe(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : typeof value
}
