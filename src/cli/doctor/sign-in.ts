import { decodeJwt } from 'jose'
import type { TokenEndpointResponse } from 'openid-client'
import type { CallbackListener } from './callback-listener.ts'
import { describeClientError, type OAuthClient } from './oauth-client.ts'
import type { TokenFacts } from './sign-in-seen.ts'

/** What a sign-in needs besides the client. */
export interface SignInWorld {
  readonly client: OAuthClient
  readonly listener: CallbackListener
  readonly resource: string
  readonly scope: string | undefined
  /** Shows the user where to sign in. */
  readonly show: (url: string) => Promise<void>
  readonly timeoutSeconds: number
}

export type SignedIn =
  | {
      readonly tokens: TokenEndpointResponse
      readonly responseIssuer: string | undefined
      readonly failure?: undefined
    }
  | { readonly failure: string }

/** One authorization code flow with PKCE, for one resource. */
export async function signInOnce(world: SignInWorld): Promise<SignedIn> {
  const { client, listener, resource, scope, show, timeoutSeconds } = world
  const { library, config } = client
  const pkceCodeVerifier = library.randomPKCECodeVerifier()
  const state = library.randomState()
  try {
    const url = library.buildAuthorizationUrl(config, {
      redirect_uri: listener.redirectUri,
      code_challenge: await library.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state,
      resource,
      ...(scope !== undefined && { scope }),
    })
    if (!/^https?:$/.test(url.protocol)) return { failure: 'the endpoint is no http or https URL' }
    const answered = listener.next(state, timeoutSeconds)
    const [response] = await Promise.all([answered, show(url.href)])
    const checks = { pkceCodeVerifier, expectedState: state }
    const tokens = await library.authorizationCodeGrant(config, response, checks, { resource })
    return { tokens, responseIssuer: response.searchParams.get('iss') ?? undefined }
  } catch (error) {
    return { failure: describeClientError(error) }
  }
}

/** What the checks may know of a token. */
export function factsOf(tokens: TokenEndpointResponse): TokenFacts {
  return {
    expiresIn: tokens.expires_in,
    scope: tokens.scope,
    audience: audienceOf(tokens.access_token),
    hasRefreshToken: tokens.refresh_token !== undefined,
  }
}

function audienceOf(token: string): readonly string[] | undefined {
  try {
    const { aud } = decodeJwt(token)
    return aud === undefined ? [] : [aud].flat()
  } catch {
    return undefined
  }
}

/** Refreshes once; whether there came another refresh token. */
export async function refreshOnce(
  { library, config }: OAuthClient,
  tokens: TokenEndpointResponse,
  resource: string,
): Promise<boolean | string | undefined> {
  const { refresh_token: token } = tokens
  if (token === undefined) return undefined
  try {
    const next = await library.refreshTokenGrant(config, token, { resource })
    await revokeQuietly({ library, config, registered: undefined }, next)
    return next.refresh_token !== undefined && next.refresh_token !== token
  } catch (error) {
    return describeClientError(error)
  }
}

/** Ends what the doctor was given (RFC 7009), where the server lets it. */
export async function revokeQuietly(
  { library, config }: OAuthClient,
  { refresh_token, access_token }: TokenEndpointResponse,
): Promise<void> {
  if (config.serverMetadata().revocation_endpoint === undefined) return
  for (const token of [refresh_token, access_token]) {
    if (token === undefined) continue
    await library.tokenRevocation(config, token).catch(() => {})
  }
}
