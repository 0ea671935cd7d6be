import type * as OpenidClient from 'openid-client'
import { createRefreshedValue } from '../discovery/index.ts'
import { type ErrorCode, findOwnError, UpstreamError } from '../errors/index.ts'
import { isSecureUrl } from '../oauth/index.ts'
import type { Emit } from '../observability/index.ts'
import { type Clock, importPeer } from '../runtime/index.ts'
import { createBoundedFetch, TIMEOUT_SECONDS } from './bounded-fetch.ts'
import { isUnavailable } from './classify-failure.ts'
import { createClientAuthentication } from './client-authentication.ts'
import type { ClientSettings, RemoteEndpoints } from './client-settings.ts'

/** This server as a client of another. */
export interface RemoteClient {
  readonly openid: typeof OpenidClient
  readonly configuration: OpenidClient.Configuration
  readonly metadata: OpenidClient.ServerMetadata
}

/** Gives the client, with metadata that is at most an hour older than its server allows. */
export type ClientSource = () => Promise<RemoteClient>

/**
 * Creates the source of the client. Nothing is loaded or fetched until it is first needed; then one
 * read is shared by all, refreshed ahead of time, and not repeated for 5 s after a failure.
 *
 * The source throws what `openid-client` or the fetch throws, {@link UpstreamError} for metadata
 * that cannot be used, and a `ConfigError` where `openid-client` is not installed.
 */
export function createClientSource(
  settings: ClientSettings,
  { clock, emit }: { readonly clock: Clock; readonly emit: Emit },
): ClientSource {
  const { issuer } = settings
  const client = createRefreshedValue<RemoteClient>({
    load: async () => ({ value: await loadClient(settings), maxAgeSeconds: undefined }),
    clock,
    differs: () => false,
    onBackgroundFailure: (error) =>
      emit({ type: 'discovery.failed', at: clock.now(), issuer, error }),
  })
  return async () => (await client.get()).value
}

async function loadClient(settings: ClientSettings): Promise<RemoteClient> {
  const openid = await importPeer('openid-client', () => import('openid-client'))
  const metadata = await loadMetadata(openid, settings)
  const configuration = new openid.Configuration(
    metadata,
    settings.clientId,
    {},
    await createClientAuthentication(
      openid,
      settings,
      metadata.token_endpoint_auth_methods_supported,
    ),
  )
  configuration.timeout = TIMEOUT_SECONDS
  configuration[openid.customFetch] = createBoundedFetch(settings)
  // The bounded fetch lets http through to this machine only.
  if (settings.allowInsecureLoopback) openid.allowInsecureRequests(configuration)
  // An ID token from the token endpoint need not be verified (OIDC Core §3.1.3.7); this one is.
  openid.enableNonRepudiationChecks(configuration)
  return { openid, configuration, metadata }
}

const NEEDED_URLS = {
  oidc: ['authorization_endpoint', 'token_endpoint', 'jwks_uri'],
  oauth: ['authorization_endpoint', 'token_endpoint'],
} as const

async function loadMetadata(
  openid: typeof OpenidClient,
  settings: ClientSettings,
): Promise<OpenidClient.ServerMetadata> {
  const { issuer, endpoints, allowInsecureLoopback, userInfo } = settings
  if (endpoints !== undefined) return { issuer, ...defined(endpoints) }
  const metadata = { ...(await discover(openid, settings)), ...defined(settings.overrides ?? {}) }
  // `openid-client` compares as URLs; what tokens are compared with is the text.
  if (metadata.issuer !== issuer) throw unusable('ERR_UPSTREAM_ISSUER_MISMATCH', issuer)
  for (const name of [
    ...NEEDED_URLS[settings.kind],
    ...(userInfo ? (['userinfo_endpoint'] as const) : []),
  ]) {
    const url = metadata[name]
    const isUsable = url !== undefined && URL.canParse(url)
    if (!isUsable || !isSecureUrl(new URL(url), allowInsecureLoopback)) {
      throw unusable('ERR_UPSTREAM_METADATA_INVALID', `${issuer} (${name})`)
    }
  }
  // Those that say nothing may have it, as Entra ID; `plain` alone protects from nobody.
  if (metadata.code_challenge_methods_supported?.includes('S256') === false) {
    throw unusable('ERR_UPSTREAM_METADATA_INVALID', `${issuer} (PKCE without S256)`)
  }
  return metadata
}

function defined(endpoints: Partial<RemoteEndpoints>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(endpoints).flatMap(([name, url]) => (url === undefined ? [] : [[name, url]])),
  )
}

async function discover(
  openid: typeof OpenidClient,
  settings: ClientSettings,
): Promise<OpenidClient.ServerMetadata> {
  const { issuer, clientId, allowInsecureLoopback } = settings
  try {
    const options = {
      timeout: TIMEOUT_SECONDS,
      [openid.customFetch]: createBoundedFetch(settings),
      execute: allowInsecureLoopback ? [openid.allowInsecureRequests] : [],
    }
    const find = async (algorithm: 'oidc' | 'oauth2'): Promise<OpenidClient.ServerMetadata> => {
      const url = new URL(issuer)
      const asked = { ...options, algorithm }
      return (await openid.discovery(url, clientId, {}, openid.None(), asked)).serverMetadata()
    }
    if (settings.kind === 'oidc') return { ...(await find('oidc')) }
    // RFC 8414 first; many services publish only the document of OpenID Connect.
    return { ...(await find('oauth2').catch(() => find('oidc'))) }
  } catch (error) {
    const own = findOwnError(error)
    if (own instanceof UpstreamError && isUnavailable(own)) throw own
    const isOther =
      error instanceof openid.ClientError && error.code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED'
    if (isOther) throw unusable('ERR_UPSTREAM_ISSUER_MISMATCH', issuer)
    throw unusable('ERR_UPSTREAM_METADATA_NOT_FOUND', issuer, own)
  }
}

/** @param cause Only an error of ours: those of `openid-client` hold whole answers. */
function unusable(code: ErrorCode, subject: string, cause?: Error): UpstreamError {
  return new UpstreamError(code, `Metadata of ${subject}`, { retryable: false, cause })
}
