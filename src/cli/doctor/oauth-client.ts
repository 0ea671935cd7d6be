import type * as OpenidClient from 'openid-client'
import { isLoopbackHostname } from '../../oauth/index.ts'
import { importPeer } from '../../runtime/index.ts'
import type { Ask } from './ask.ts'
import type { AuthorizationServerSeen } from './observations.ts'
import { isAnswer, type Seen } from './seen.ts'

/** A client of an authorization server, and the answer to its registration. */
export interface OAuthClient {
  readonly library: typeof OpenidClient
  readonly config: OpenidClient.Configuration
  readonly registered: Seen | undefined
}

/** How the doctor shows itself on consent pages. */
const CLIENT_NAME = 'mcp-gatehouse doctor'

/**
 * Registers a client as those on the machine of a user do: public, with a loopback redirect URI.
 *
 * @returns The answer too where it is a refusal; then there is no client.
 */
export async function registerClient(
  server: AuthorizationServerSeen,
  redirectUri: string,
  ask: Ask,
): Promise<OAuthClient | { readonly registered: Seen | undefined; readonly failure: string }> {
  const library = await loadLibrary()
  let registered: Seen | undefined
  const options = optionsOf(library, server, ask, (seen) => {
    registered = seen
  })
  const metadata = {
    client_name: CLIENT_NAME,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
  try {
    const config = await library.dynamicClientRegistration(
      new URL(server.issuer),
      metadata,
      library.None(),
      options,
    )
    return { library, config, registered }
  } catch (error) {
    return { registered, failure: describeClientError(error) }
  }
}

/** A client that the user has registered by hand, without a secret. */
export async function knownClient(
  server: AuthorizationServerSeen,
  clientId: string,
  ask: Ask,
): Promise<OAuthClient> {
  const library = await loadLibrary()
  const { metadata = {} } = server
  const config = new library.Configuration(
    { ...metadata, issuer: server.issuer },
    clientId,
    undefined,
    library.None(),
  )
  const { execute, [library.customFetch]: fetch } = optionsOf(library, server, ask, () => {})
  for (const change of execute ?? []) change(config)
  if (fetch !== undefined) config[library.customFetch] = fetch
  return { library, config, registered: undefined }
}

async function loadLibrary(): Promise<typeof OpenidClient> {
  return importPeer('openid-client', () => import('openid-client'))
}

/** The library's requests go through `ask`, and its look-up gets the document that was read. */
function optionsOf(
  library: typeof OpenidClient,
  { issuer, metadata }: AuthorizationServerSeen,
  ask: Ask,
  record: (seen: Seen) => void,
): OpenidClient.DynamicClientRegistrationRequestOptions {
  const fetch: OpenidClient.CustomFetch = async (url, { method, headers, body }) => {
    if (new URL(url).pathname.includes('/.well-known/')) return Response.json(metadata)
    const text = body instanceof URLSearchParams ? body.toString() : body
    const request = { method: method === 'POST' ? 'POST' : 'GET', headers } as const
    const seen = await ask(url, typeof text === 'string' ? { ...request, body: text } : request)
    record(seen)
    if (!isAnswer(seen)) throw new TypeError(seen.failure)
    const isEmpty = seen.status === 204 || seen.status === 304
    const { status, headers: answered } = seen
    return new Response(isEmpty ? null : seen.text, { status, headers: answered })
  }
  const isLoopback = isLoopbackHostname(new URL(issuer).hostname)
  return {
    algorithm: 'oauth2',
    [library.customFetch]: fetch,
    execute: isLoopback ? [library.allowInsecureRequests] : [],
  }
}

/** Why the library gave up: the error of the server where it sent one. */
export function describeClientError(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed'
  const { cause } = error
  const code = textAt(error, 'error')
  const description = textAt(error, 'error_description')
  if (code !== undefined) return description === undefined ? code : `${code}: ${description}`
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message
}

function textAt(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : undefined
}
