import { importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { EmulatorOptions } from './emulated-provider.ts'

/** The grant type of RFC 7523 §2.1, which Entra ID uses on behalf of users. */
export const ON_BEHALF_OF = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** What the grant works with. */
export interface OnBehalfOfOptions
  extends Required<Pick<EmulatorOptions, 'accessTokenTtlSeconds' | 'withheldScopes'>> {
  readonly key: JWK
  /** `aud` of the access tokens for the application that asks. */
  readonly audience: string
}

/** Exchanges an access token for this application for one of the API that the scopes name. */
export function createOnBehalfOfGrant(options: OnBehalfOfOptions): {
  readonly parameters: readonly string[]
  readonly handle: (ctx: TokenEndpointGrantContext) => Promise<void>
} {
  return {
    parameters: ['assertion', 'requested_token_use', 'scope'],
    async handle(ctx) {
      const { assertion, requested_token_use: use, scope } = textsOf(ctx.oidc.params)
      const refuse = (error: string, error_description: string): void => {
        ctx.status = 400
        ctx.body = { error, error_description }
      }
      const scopes = scope.split(' ').filter(Boolean)
      const [first] = scopes
      if (use !== 'on_behalf_of' || first === undefined) {
        refuse('invalid_request', 'AADSTS900144: The request body is incomplete.')
        return
      }
      const user = await readAssertion(assertion, options)
      if (user === undefined) {
        refuse('invalid_grant', 'AADSTS50013: Assertion failed signature validation.')
        return
      }
      if (scopes.some((name) => options.withheldScopes?.includes(name))) {
        refuse('invalid_grant', 'AADSTS65001: The user or administrator has not consented.')
        return
      }
      const { accessTokenTtlSeconds = 0, key } = options
      const claims = { ...user, aud: first.slice(0, first.lastIndexOf('/')), scp: scope }
      ctx.body = {
        token_type: 'Bearer',
        scope,
        expires_in: accessTokenTtlSeconds,
        access_token: await new SignJWT(claims)
          .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: key.kid ?? '' })
          .setIssuedAt()
          .setExpirationTime(`${accessTokenTtlSeconds}s`)
          .sign(await importJWK(key, 'ES256')),
      }
    },
  }
}

async function readAssertion(
  assertion: string,
  { key, audience }: OnBehalfOfOptions,
): Promise<JWTPayload | undefined> {
  try {
    const { d: _d, ...publicKey } = key
    return (await jwtVerify(assertion, await importJWK(publicKey, 'ES256'), { audience })).payload
  } catch {
    return undefined
  }
}

function textsOf(
  parameters: unknown,
): Record<'assertion' | 'requested_token_use' | 'scope', string> {
  const { assertion, requested_token_use, scope } = (parameters ?? {}) as Record<string, unknown>
  return {
    assertion: textOf(assertion),
    requested_token_use: textOf(requested_token_use),
    scope: textOf(scope),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
