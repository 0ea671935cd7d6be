import type { JWK } from 'jose'
import type { Fetch } from '../http/index.ts'
import type { TokenDialect } from './token-dialect.ts'

/** Endpoints that are configured instead of discovered, by their names in metadata. */
export interface RemoteEndpoints {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly userinfo_endpoint?: string | undefined
  readonly revocation_endpoint?: string | undefined
}

/** What has to be known to be a client of another authorization server. */
export interface ClientSettings {
  readonly kind: 'oidc' | 'oauth'
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | undefined
  readonly clientSecretMethod: 'client_secret_basic' | 'client_secret_post' | undefined
  readonly privateKey: JWK | undefined
  /** `undefined` where they are discovered. */
  readonly endpoints: RemoteEndpoints | undefined
  /** What comes before what metadata says. @defaultValue nothing does */
  readonly overrides?: Partial<RemoteEndpoints> | undefined
  /** Whether the metadata has to name a UserInfo endpoint. */
  readonly userInfo: boolean
  readonly allowInsecureLoopback: boolean
  readonly fetch: Fetch
  /** How the token endpoint differs from RFC 6749. @defaultValue it does not */
  readonly dialect?: TokenDialect | undefined
}
