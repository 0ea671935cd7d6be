import { randomUUID } from 'node:crypto'
import type { SdkClientOptions } from './connected-client.ts'

/** Nobody listens there: the scripted browser stops before it. */
export const CLIENT_REDIRECT_URI = 'http://127.0.0.1:9/callback'

/** What an MCP client keeps of one sign-in; both SDKs take it as their `OAuthClientProvider`. */
export interface OAuthSession<Client, Tokens, Discovery>
  extends Pick<SdkClientOptions, 'addClientAuthentication' | 'clientMetadataUrl'> {
  readonly redirectUrl: string
  readonly clientMetadata: {
    client_name: string
    redirect_uris: string[]
    token_endpoint_auth_method: string
    grant_types?: string[]
  }
  state(): string
  clientInformation(): Client | undefined
  saveClientInformation(information: Client): void
  tokens(): Tokens | undefined
  saveTokens(tokens: Tokens): void
  redirectToAuthorization(url: URL): void
  saveCodeVerifier(verifier: string): void
  codeVerifier(): string
  discoveryState(): Discovery | undefined
  saveDiscoveryState(state: Discovery): void
  /** Where the client sent its user last. */
  authorizationUrl(): URL
  /** The scopes of every authorization request. */
  requestedScopes(): readonly string[]
}

/**
 * A session in memory.
 *
 * @param registered What the client was registered as beforehand.
 */
export function createOAuthSession<Client, Tokens, Discovery>(
  clientName: string,
  { grantTypes, clientMetadataUrl, addClientAuthentication }: SdkClientOptions = {},
  registered?: Client,
): OAuthSession<Client, Tokens, Discovery> {
  const redirectUrl = CLIENT_REDIRECT_URI
  const state = randomUUID()
  let information = registered
  let tokens: Tokens | undefined
  let discovery: Discovery | undefined
  let verifier: string | undefined
  const authorizationUrls: URL[] = []
  return {
    redirectUrl,
    clientMetadata: {
      client_name: clientName,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
      ...(grantTypes && { grant_types: [...grantTypes] }),
    },
    ...(clientMetadataUrl !== undefined && { clientMetadataUrl }),
    ...(addClientAuthentication && { addClientAuthentication }),
    state: () => state,
    clientInformation: () => information,
    saveClientInformation: (value) => {
      information = value
    },
    tokens: () => tokens,
    saveTokens: (value) => {
      tokens = value
    },
    redirectToAuthorization: (url) => {
      authorizationUrls.push(url)
    },
    saveCodeVerifier: (value) => {
      verifier = value
    },
    codeVerifier: () => required(verifier, 'the code verifier'),
    discoveryState: () => discovery,
    saveDiscoveryState: (value) => {
      discovery = value
    },
    authorizationUrl: () => required(authorizationUrls.at(-1), 'the authorization URL'),
    requestedScopes: () => authorizationUrls.map((url) => url.searchParams.get('scope') ?? ''),
  }
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} was never saved`)
  return value
}
