import { importJWK, type JWK } from 'jose'
import type { ResourceServer } from 'oidc-provider'

/** What the access tokens of one resource are like. */
export interface AccessTokenOptions {
  /** The resource identifier: the only `aud` (RFC 8707 §2). */
  readonly resource: string
  readonly scopes: readonly string[]
  readonly lifetimeSeconds: number
  /** The key to sign with, of those that `oidc-provider` was given. */
  readonly signingKey: { readonly alg: string; readonly kid: string }
  /** The resource server's public key with `kid` and `alg`. @defaultValue signed tokens only */
  readonly encryptionKey?: JWK | undefined
}

/**
 * Describes the access tokens of a resource to `oidc-provider`: a JWT of the type `at+jwt`
 * (RFC 9068) with one audience, or, where there is a key to encrypt with, that in a JWE with
 * A256GCM (RFC 7519 §5.2).
 */
export async function describeAccessTokens(options: AccessTokenOptions): Promise<ResourceServer> {
  const { resource, scopes, lifetimeSeconds, signingKey, encryptionKey } = options
  const { alg, kid } = signingKey
  const sign = { alg, kid } as const
  return {
    scope: scopes.join(' '),
    audience: resource,
    accessTokenTTL: lifetimeSeconds,
    accessTokenFormat: 'jwt',
    jwt:
      encryptionKey === undefined
        ? { sign }
        : { sign, encrypt: await describeEncryption(encryptionKey) },
  } as ResourceServer
}

async function describeEncryption({ alg = '', kid, ...key }: JWK): Promise<object> {
  return { alg, kid, enc: 'A256GCM', key: await importJWK({ ...key, alg }, alg) }
}
