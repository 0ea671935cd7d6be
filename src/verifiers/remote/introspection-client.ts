import { importJWK } from 'jose'
import type * as OpenidClient from 'openid-client'
import { createRemoteAuthorizationServer } from '../../discovery/index.ts'
import { UpstreamError } from '../../errors/index.ts'
import { createClientFetch } from '../../http/index.ts'
import { isSecureUrl, type ServerMetadata } from '../../oauth/index.ts'
import { importPeer } from '../../runtime/index.ts'
import { badAnswer } from './bad-answer.ts'
import type { IntrospectionSettings } from './introspection-options.ts'
import { TIMEOUT_MILLISECONDS } from './remote-options.ts'

/** This server as a client of the introspection endpoint. */
export interface IntrospectionClient {
  readonly openid: typeof OpenidClient
  readonly configuration: OpenidClient.Configuration
}

/** Where the client comes from. */
export interface IntrospectionClientSource {
  /**
   * The client for the issuer's metadata of now.
   *
   * @throws {UpstreamError} for metadata that cannot be read or used
   * @throws {ConfigError} where `openid-client` is not installed
   */
  get(): Promise<IntrospectionClient>
  /** Forgets the issuer's keys, which `openid-client` keeps with the client. */
  forget(): void
}

/** Creates the source of the client. Nothing is loaded or fetched until it is first needed. */
export function createIntrospectionClient(
  settings: IntrospectionSettings,
): IntrospectionClientSource {
  const readMetadata = createMetadataSource(settings)
  let latest:
    | { readonly metadata: ServerMetadata; readonly client: IntrospectionClient }
    | undefined
  return {
    async get() {
      const metadata = await readMetadata()
      if (latest?.metadata === metadata) return latest.client
      const client = await configure(settings, metadata)
      latest = { metadata, client }
      return client
    },
    forget() {
      latest = undefined
    },
  }
}

function createMetadataSource(settings: IntrospectionSettings): () => Promise<ServerMetadata> {
  const { issuer, introspectionEndpoint, signingAlgorithm, allowInsecureLoopback } = settings
  const configured = { issuer, introspection_endpoint: introspectionEndpoint }
  const server = createRemoteAuthorizationServer({
    issuer,
    // Signatures need `jwks_uri`; without them a configured endpoint is all that is needed.
    metadata:
      introspectionEndpoint === undefined || signingAlgorithm !== undefined
        ? undefined
        : configured,
    metadataUrl: undefined,
    transformMetadata:
      introspectionEndpoint === undefined
        ? undefined
        : (document) => ({ ...document, introspection_endpoint: introspectionEndpoint }),
    jwksUri: undefined,
    allowInsecureLoopback,
    fetch: { fetch: settings.fetch },
    clock: settings.clock,
    emit: settings.emit,
  })
  return () => server.metadata()
}

async function configure(
  settings: IntrospectionSettings,
  metadata: ServerMetadata,
): Promise<IntrospectionClient> {
  const { issuer, clientId, signingAlgorithm, allowInsecureLoopback } = settings
  const endpoint = metadata['introspection_endpoint']
  const isUrl = typeof endpoint === 'string' && URL.canParse(endpoint)
  if (!isUrl || !isSecureUrl(new URL(endpoint), allowInsecureLoopback)) {
    const subject = `introspection_endpoint of ${issuer}`
    throw new UpstreamError('ERR_UPSTREAM_METADATA_INVALID', subject, { retryable: false })
  }
  const openid = await importPeer('openid-client', () => import('openid-client'))
  const configuration = new openid.Configuration(
    { ...metadata } as OpenidClient.ServerMetadata,
    clientId,
    signingAlgorithm === undefined ? {} : { introspection_signed_response_alg: signingAlgorithm },
    await createAuthentication(openid, settings, metadata),
  )
  configuration.timeout = TIMEOUT_MILLISECONDS / 1_000
  configuration[openid.customFetch] = createFetch(settings)
  // `isSecureUrl` lets http through to this machine only.
  if (allowInsecureLoopback) openid.allowInsecureRequests(configuration)
  openid.enableNonRepudiationChecks(configuration)
  return { openid, configuration }
}

async function createAuthentication(
  openid: typeof OpenidClient,
  { privateKey, clientSecret = '', clientSecretMethod }: IntrospectionSettings,
  metadata: ServerMetadata,
): Promise<OpenidClient.ClientAuth> {
  if (privateKey !== undefined) {
    const key = (await importJWK(privateKey)) as CryptoKey
    return openid.PrivateKeyJwt(privateKey.kid === undefined ? key : { key, kid: privateKey.kid })
  }
  const listed = metadata['introspection_endpoint_auth_methods_supported']
  const methods: readonly unknown[] = Array.isArray(listed) ? listed : []
  const isPostOnly =
    methods.includes('client_secret_post') && !methods.includes('client_secret_basic')
  const method = clientSecretMethod ?? (isPostOnly ? 'client_secret_post' : 'client_secret_basic')
  return method === 'client_secret_post'
    ? openid.ClientSecretPost(clientSecret)
    : openid.ClientSecretBasic(clientSecret)
}

/**
 * Nothing but 200 gets to `openid-client`, whose errors hold whole answers, and nothing unsigned
 * where a signature is asked for.
 */
function createFetch(settings: IntrospectionSettings): OpenidClient.CustomFetch {
  const { signingAlgorithm, fetch, allowInsecureLoopback } = settings
  const ask = createClientFetch({
    fetch,
    allowInsecureLoopback,
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  })
  return async (url, request) => {
    const answer = await ask(url, request)
    const isIntrospection = request.method === 'POST'
    if (answer.status !== 200) {
      const isAboutUs = isIntrospection && [400, 401, 403].includes(answer.status)
      const code = isAboutUs ? 'ERR_UPSTREAM_CLIENT_REFUSED' : 'ERR_UPSTREAM_STATUS'
      const { origin, pathname } = new URL(url)
      const subject = `${request.method} ${origin}${pathname} (status ${answer.status})`
      throw new UpstreamError(code, subject, { retryable: true })
    }
    if (isIntrospection && signingAlgorithm !== undefined && !isSigned(answer)) {
      throw badAnswer('introspect', settings, 'not signed')
    }
    return answer
  }
}

function isSigned({ headers }: Response): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type.trim().toLowerCase() === 'application/token-introspection+jwt'
}
