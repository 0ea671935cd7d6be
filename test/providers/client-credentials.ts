import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { EmulatedProvider } from 'mcp-gatehouse/testing'

/** What a token of a client for itself says at one provider, beside issuer and lifetime. */
type ClientClaims = (client: { readonly id: string; readonly issuer: string }) => JWTPayload

/**
 * Lets an emulator answer the client credentials grant (RFC 6749 §4.4), which signs nobody in, and has
 * its own client use it. Tokens from before stay good: the key set is the same, with one key more.
 */
export async function grantClientCredentials(
  provider: EmulatedProvider,
  claims: ClientClaims,
): Promise<string> {
  const { issuer, clientId, clientSecret } = provider
  const base = issuer.replace(/\/$/, '')
  const found = await fetch(`${base}/.well-known/openid-configuration`)
  const metadata = (await found.json()) as Readonly<Record<string, string>>
  const { token_endpoint: tokenEndpoint = '', jwks_uri: jwksUri = '' } = metadata
  const { keys } = (await (await fetch(jwksUri)).json()) as { readonly keys: readonly JWK[] }
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const header = { alg: 'RS256', kid: randomUUID(), typ: 'JWT' }
  const token = await new SignJWT({ ...claims({ id: clientId, issuer }) })
    .setProtectedHeader(header)
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(privateKey)
  const key = { ...(await exportJWK(publicKey)), ...header, typ: undefined, use: 'sig' }
  const bodies = new Map<string, object>([
    [new URL(jwksUri).pathname, { keys: [...keys, key] }],
    [new URL(tokenEndpoint).pathname, { access_token: token, token_type: 'Bearer' }],
  ])
  provider.intercept = ({ url = '' }, response) => {
    const body = bodies.get(url)
    if (body === undefined) return false
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
    return true
  }
  const answer = await fetch(tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
  })
  const { access_token: accessToken } = (await answer.json()) as { readonly access_token: string }
  return accessToken
}
