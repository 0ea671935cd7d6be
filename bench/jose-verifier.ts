import {
  type AuthInfo,
  OAuthError,
  OAuthErrorCode,
  type OAuthTokenVerifier,
} from '@modelcontextprotocol/server'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { type Issuer, RESOURCE } from './issuer.ts'

/** What the users of the SDK write for its `requireBearerAuth`: `jose`, and the checks of RFC 9068. */
export function createJoseVerifier({ issuer, jwksUri }: Issuer): OAuthTokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUri))
  return {
    async verifyAccessToken(token): Promise<AuthInfo> {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience: RESOURCE,
          algorithms: ['RS256'],
          typ: 'at+jwt',
          clockTolerance: 30,
          requiredClaims: ['exp', 'sub'],
        })
        return {
          token,
          clientId: String(payload['client_id']),
          scopes: String(payload['scope']).split(' '),
          resource: new URL(RESOURCE),
          extra: payload,
          ...(payload.exp !== undefined && { expiresAt: payload.exp }),
        }
      } catch {
        throw new OAuthError(OAuthErrorCode.InvalidToken, 'Invalid token')
      }
    },
  }
}
