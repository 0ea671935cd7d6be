import { createRemoteAuthorizationServer } from '../../discovery/index.ts'
import { findOwnError } from '../../errors/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { ClientSource, UpstreamClient } from './client-source.ts'
import type { UpstreamSettings } from './parse-options.ts'

/**
 * Reads what the first sign-in would: metadata, which is kept, and keys, which only shows that they
 * are there. An upstream whose endpoints are configured has nothing to read.
 *
 * @throws {UpstreamError} for what cannot be read or used
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` where `openid-client` is not installed
 */
export async function warmUpUpstream(
  source: ClientSource,
  { issuer, endpoints, fetch, allowInsecureLoopback }: UpstreamSettings,
  { clock, emit }: { readonly clock: Clock; readonly emit: Emit },
): Promise<void> {
  const { metadata } = await readClient(source)
  if (endpoints !== undefined) return
  const remote = createRemoteAuthorizationServer({
    issuer,
    metadata: undefined,
    metadataUrl: undefined,
    transformMetadata: undefined,
    jwksUri: metadata.jwks_uri,
    allowInsecureLoopback,
    fetch: { fetch },
    clock,
    emit,
  })
  await remote.warmUp()
}

/** Without what `openid-client` puts around an error of ours: it can hold a whole answer. */
async function readClient(source: ClientSource): Promise<UpstreamClient> {
  try {
    return await source()
  } catch (error) {
    throw findOwnError(error) ?? error
  }
}
