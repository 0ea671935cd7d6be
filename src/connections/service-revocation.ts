import { fetchAnswer } from '../http/index.ts'
import type { RemoteClient } from '../oauth-client/index.ts'
import type { RevocationRequest } from '../providers/index.ts'
import type { Revoked } from './service.ts'
import type { OAuthServiceSettings } from './service-settings.ts'

/** The tokens of a connection that ends. */
export interface EndingTokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

/**
 * Ends tokens at the service as its profile says, each with a request of its own; RFC 7009 where there
 * is no profile. Without a refresh token the access token is ended. It never throws.
 */
export async function revokeTokens(
  client: RemoteClient,
  settings: OAuthServiceSettings,
  tokens: EndingTokens,
): Promise<Revoked> {
  const request = requestOf(settings, client)
  if (request === undefined) return 'unsupported'
  const ending = request.tokens.flatMap((kind) => tokenOf(kind, tokens) ?? [])
  const ended = await Promise.all(
    [...new Set(ending.length > 0 ? ending : [tokens.accessToken])].map((token) =>
      revoke(client, settings, request, token),
    ),
  )
  // Access tokens that are JWTs often cannot be revoked, and end by themselves (RFC 7009 §2.2.1).
  if (ended.includes('failed')) return 'failed'
  return ended.includes('revoked') ? 'revoked' : 'unsupported'
}

function requestOf(
  { revocation }: OAuthServiceSettings,
  { metadata }: RemoteClient,
): RevocationRequest | undefined {
  if (revocation === 'none') return undefined
  if (revocation !== 'metadata') return revocation
  const { revocation_endpoint: endpoint } = metadata
  if (endpoint === undefined) return undefined
  return {
    method: 'POST',
    endpoint,
    authentication: 'client',
    body: 'form',
    tokens: ['refresh_token', 'access_token'],
    parameter: 'token',
    ends: 'token',
  }
}

function tokenOf(
  kind: 'access_token' | 'refresh_token',
  { accessToken, refreshToken }: EndingTokens,
): string | undefined {
  return kind === 'access_token' ? accessToken : refreshToken
}

async function revoke(
  { openid, configuration }: RemoteClient,
  settings: OAuthServiceSettings,
  request: RevocationRequest,
  token: string,
): Promise<Revoked> {
  try {
    if (request.authentication === 'client') {
      await openid.tokenRevocation(configuration, token)
      return 'revoked'
    }
    const { method, endpoint } = request
    const options = { fetch: settings.client.fetch, timeoutMilliseconds: 10_000 }
    const { status } = await fetchAnswer(
      endpoint,
      { method, ...partsOf(request, settings, token) },
      options,
    )
    // What is not there any more has ended: GitHub says 404, Linear and Google 400.
    return status < 300 || status === 400 || status === 404 ? 'revoked' : 'failed'
  } catch (error) {
    const said = error instanceof openid.ResponseBodyError ? error.error : undefined
    return said === 'unsupported_token_type' ? 'unsupported' : 'failed'
  }
}

function partsOf(
  { authentication, body, parameter = 'token' }: RevocationRequest,
  { client, apiHeaders }: OAuthServiceSettings,
  token: string,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string | undefined } {
  const headers: Record<string, string> = { accept: 'application/json', ...apiHeaders }
  if (authentication === 'bearer') headers['authorization'] = `Bearer ${token}`
  if (authentication === 'client_secret_basic') {
    headers['authorization'] = `Basic ${btoa(`${client.clientId}:${client.clientSecret ?? ''}`)}`
  }
  if (body === 'none') return { headers, body: undefined }
  const isJson = body === 'json'
  headers['content-type'] = isJson ? 'application/json' : 'application/x-www-form-urlencoded'
  const parameters = { [parameter]: token }
  return {
    headers,
    body: isJson ? JSON.stringify(parameters) : String(new URLSearchParams(parameters)),
  }
}
