import type { Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { EmulatedUser } from './emulated-provider.ts'

/** Claims of an access token of `oidc-provider`. */
interface IssuedClaims {
  readonly [claim: string]: unknown
  readonly iss: string
  readonly jti: string
  readonly sub: string
  readonly scope?: string
}

/** The JWT access tokens of a provider. */
export interface AccessTokens {
  /** The resource of a request, where it names one or the provider has one anyway. */
  readonly resourceOf: (ctx: KoaContextWithOIDC) => string | undefined
  /** Scopes of its API, as requests have them. */
  readonly scopes: readonly string[]
  /** Turns the claims of `oidc-provider` into those of the provider. */
  readonly shape: (
    claims: IssuedClaims,
    user: EmulatedUser | undefined,
  ) => Readonly<Record<string, unknown>>
}

/** Stands for an audience, and is none in the token. */
export const NO_AUDIENCE: unknown = { toJSON: () => undefined }

/** Of the emulator's own making, where the provider has none. */
export function resourceIndicators({
  resourceOf,
  scopes,
}: AccessTokens): NonNullable<NonNullable<Configuration['features']>['resourceIndicators']> {
  return {
    enabled: true,
    defaultResource: (ctx) => resourceOf(ctx) ?? [],
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, resource) => ({
      scope: scopes.join(' '),
      audience: resource,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    }),
  }
}

/** The header says nothing about RFC 9068, which none of the emulated providers follows unasked. */
export function shapeWith(
  { shape }: AccessTokens,
  bySubject: ReadonlyMap<string, EmulatedUser>,
): (
  ctx: unknown,
  token: unknown,
  jwt: { header?: unknown; payload: Record<string, unknown> },
) => void {
  return (_ctx, _token, jwt) => {
    jwt.header = { typ: 'JWT' }
    const claims = jwt.payload as IssuedClaims
    jwt.payload = { ...shape(claims, bySubject.get(claims.sub)) }
  }
}
