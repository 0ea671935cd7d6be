import { createHash, randomBytes } from 'node:crypto'
import { requireKnownOptions } from '../../options/index.ts'
import { createScriptedBrowser } from '../browser.ts'
import type { EmulatedUser } from './emulated-provider.ts'

/** Who signs in at an emulated provider, and for what. */
export interface ObtainTokensOptions {
  /** The name that they sign in with. @defaultValue `alice` */
  readonly username?: string | undefined
  /** @defaultValue `openid`, where the provider knows it */
  readonly scopes?: readonly string[] | undefined
  /** Further parameters of the authorization request, such as `audience` of Auth0. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

/** What the token endpoint has answered (RFC 6749 §5.1). */
export interface ObtainedTokens {
  readonly access_token: string
  readonly [field: string]: unknown
}

const OPTIONS: readonly string[] = [
  'username',
  'scopes',
  'parameters',
] satisfies (keyof ObtainTokensOptions)[]

/** The client of an emulator, with all that it needs to sign somebody in. */
interface SignInClient {
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly defaultScopes: readonly string[]
  readonly users: Readonly<Record<string, EmulatedUser>>
}

/** Signs somebody in as the registered client would: authorization code, PKCE, client secret. */
export async function obtainTokens(
  client: SignInClient,
  options: ObtainTokensOptions,
): Promise<ObtainedTokens> {
  requireKnownOptions(options, OPTIONS, 'obtainTokens')
  const { username = 'alice', scopes = client.defaultScopes, parameters } = options
  const { clientId, clientSecret, redirectUri } = client
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(client.authorizationEndpoint)
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    state: randomBytes(8).toString('base64url'),
    code_challenge_method: 'S256',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...parameters,
  }).toString()
  const password = client.users[username]?.password ?? ''
  const { searchParams } = await createScriptedBrowser().authorize(url, { username, password })
  const answer = await fetch(client.tokenEndpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: codeOf(searchParams),
      redirect_uri: redirectUri,
      client_id: clientId,
      client_secret: clientSecret,
      code_verifier: verifier,
    }),
  })
  const text = await answer.text()
  const { access_token: accessToken, ...fields } = JSON.parse(text) as Record<string, unknown>
  if (typeof accessToken === 'string') return { access_token: accessToken, ...fields }
  throw new Error(`obtainTokens: ${answer.status} ${text}`)
}

function codeOf(response: URLSearchParams): string {
  const code = response.get('code')
  if (code === null) throw new Error(`obtainTokens: ${response.toString()}`)
  return code
}
