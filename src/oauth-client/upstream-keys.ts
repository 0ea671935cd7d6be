import {
  createRemoteAuthorizationServer,
  type RemoteAuthorizationServer,
} from '../discovery/index.ts'
import { findOwnError } from '../errors/index.ts'
import type { Emit } from '../observability/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { ClientSource, RemoteClient } from './client-source.ts'
import type { UpstreamSettings } from './parse-upstream-options.ts'

/**
 * Gives the keys that an upstream signs with: those that its metadata names, fetched when they are
 * first needed and kept fresh. `undefined` for one whose endpoints are configured, which signs nothing.
 *
 * @throws {UpstreamError} where the metadata cannot be read or used
 * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` where `openid-client` is not installed
 */
export type UpstreamKeys = () => Promise<RemoteAuthorizationServer | undefined>

export function createUpstreamKeys(
  source: ClientSource,
  { issuer, endpoints, fetch, allowInsecureLoopback }: UpstreamSettings,
  { clock, emit }: { readonly clock: Clock; readonly emit: Emit },
): UpstreamKeys {
  let known:
    | { readonly jwksUri: string | undefined; readonly keys: RemoteAuthorizationServer }
    | undefined

  return async () => {
    const { metadata } = await readClient(source)
    if (endpoints !== undefined) return undefined
    const jwksUri = metadata.jwks_uri
    if (known !== undefined && known.jwksUri === jwksUri) return known.keys
    const keys = createRemoteAuthorizationServer({
      issuer,
      metadata: undefined,
      metadataUrl: undefined,
      transformMetadata: undefined,
      jwksUri,
      allowInsecureLoopback,
      fetch: { fetch },
      clock,
      emit,
    })
    known = { jwksUri, keys }
    return keys
  }
}

/** Without what `openid-client` puts around an error of ours: it can hold a whole answer. */
async function readClient(source: ClientSource): Promise<RemoteClient> {
  try {
    return await source()
  } catch (error) {
    throw findOwnError(error) ?? error
  }
}
