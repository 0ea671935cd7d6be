import { randomUUID } from 'node:crypto'

/** What an MCP client keeps of one sign-in; both SDKs take it as their `OAuthClientProvider`. */
export interface OAuthSession<Client, Tokens, Discovery> {
  readonly redirectUrl: string
  readonly clientMetadata: {
    client_name: string
    redirect_uris: string[]
    token_endpoint_auth_method: string
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
  /** Where the client sent its user. */
  authorizationUrl(): URL
}

/** A session in memory. Nobody listens at its redirect URI: the scripted browser stops there. */
export function createOAuthSession<Client, Tokens, Discovery>(
  clientName: string,
): OAuthSession<Client, Tokens, Discovery> {
  const redirectUrl = 'http://127.0.0.1:9/callback'
  const state = randomUUID()
  let information: Client | undefined
  let tokens: Tokens | undefined
  let discovery: Discovery | undefined
  let verifier: string | undefined
  let authorizationUrl: URL | undefined
  return {
    redirectUrl,
    clientMetadata: {
      client_name: clientName,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: 'none',
    },
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
      authorizationUrl = url
    },
    saveCodeVerifier: (value) => {
      verifier = value
    },
    codeVerifier: () => required(verifier, 'the code verifier'),
    discoveryState: () => discovery,
    saveDiscoveryState: (value) => {
      discovery = value
    },
    authorizationUrl: () => required(authorizationUrl, 'the authorization URL'),
  }
}

function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`${name} was never saved`)
  return value
}
