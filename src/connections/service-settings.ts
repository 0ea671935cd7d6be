import type { ClientSettings } from '../oauth-client/index.ts'
import type { IdentityRequest, RevocationRequest, TokenErrorForm } from '../providers/index.ts'

/** Which request tells whose account it is. */
export interface AccountRequest
  extends Pick<IdentityRequest, 'body' | 'method' | 'name' | 'subject'> {
  /** `undefined`: the UserInfo endpoint of the metadata. */
  readonly url: string | undefined
}

/** Options of an OAuth service, checked, with every default filled in. */
export interface OAuthServiceSettings {
  readonly name: string
  readonly title: string
  readonly client: ClientSettings
  readonly scopes: readonly string[]
  readonly scopeTexts: ReadonlyMap<string, string>
  readonly scopeSeparator: ' ' | ','
  readonly hasCommas: boolean
  readonly hasPkce: boolean
  /** Of the authorization request; none of them is ours. */
  readonly parameters: ReadonlyMap<string, string>
  /** Whether the issuer is only known by its origin, that of the authorization endpoint. */
  readonly isIssuerAnOrigin: boolean
  /** `undefined` where the service does not tell. */
  readonly account: AccountRequest | undefined
  /** `metadata`: RFC 7009, where the metadata names an endpoint. */
  readonly revocation: RevocationRequest | 'metadata' | 'none'
  readonly apiOrigins: ReadonlySet<string>
  readonly apiHeaders: Readonly<Record<string, string>>
}

/** How a service's token endpoint differs. */
export interface DialectFacts {
  readonly body: 'form' | 'json'
  readonly headers: Readonly<Record<string, string>>
  readonly errors: TokenErrorForm
  readonly reconnectErrors: ReadonlySet<string>
}

/** What a profile, or its absence, decides. */
export type ServiceKind = Pick<
  OAuthServiceSettings,
  | 'account'
  | 'hasCommas'
  | 'hasPkce'
  | 'isIssuerAnOrigin'
  | 'revocation'
  | 'scopeSeparator'
  | 'title'
> & {
  readonly client: Pick<
    ClientSettings,
    'clientSecretMethod' | 'dialect' | 'endpoints' | 'issuer' | 'overrides' | 'userInfo'
  >
  /** Asked for beside those of the options. */
  readonly scopes: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
  readonly apiOrigins: readonly string[]
  readonly apiHeaders: Readonly<Record<string, string>>
}
