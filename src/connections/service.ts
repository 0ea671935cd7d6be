import type { Fetch } from '../http/index.ts'
import type { AuthorizationAttempt, ReceivedTokens, RemoteOutcome } from '../oauth-client/index.ts'
import type { FieldFailure } from '../pages/index.ts'
import type { Principal } from '../principal/index.ts'
import type { SecretField } from './service-options.ts'

/** An account at a service. */
export interface ServiceAccount {
  /** What never changes about it; empty where the service does not tell. */
  readonly id: string
  /** What people call it; empty where the service does not tell. */
  readonly name: string
}

interface ServiceFacts {
  /** The key of `services`: 1 to 40 of a-z, 0-9, `-` and `_`, from a letter on. */
  readonly name: string
  readonly title: string
  /** Origins that the credential may be sent to. */
  readonly apiOrigins: ReadonlySet<string>
  /** That of the options: for a proxy or custom certificates. */
  readonly fetch: Fetch
  /** Tells a connection that another client of this server made: its tokens are no use here. */
  readonly clientId: string | undefined
}

/** What came of an authorization. */
export interface Authorized {
  readonly tokens: ReceivedTokens
  readonly account: ServiceAccount
}

/** How much of a connection was ended at the service. */
export type Revoked =
  /** All that was asked for. */
  | 'revoked'
  /** The service has no request for it: users do it in their account there. */
  | 'unsupported'
  /** It could not be asked, or refused. */
  | 'failed'

/** A service that users authorize in the browser. */
export interface OAuthService extends ServiceFacts {
  readonly kind: 'oauth'
  /** What is asked for, each with its words for the user. */
  readonly permissions: readonly { readonly name: string; readonly text: string }[]
  /** Host that the browser is sent to, where it is known without asking anybody. */
  readonly host: string | undefined
  readonly apiHeaders: Readonly<Record<string, string>>
  /** Where to send the browser. Nothing about it may be set or stored before a POST. */
  start(request: {
    readonly redirectUri: string
  }): Promise<RemoteOutcome<{ readonly url: string; readonly attempt: AuthorizationAttempt }>>
  /** It does NOT know whose browser the callback came from: `ConnectionAttempts` does. */
  finish(callback: {
    readonly parameters: URLSearchParams
    readonly attempt: AuthorizationAttempt
  }): Promise<RemoteOutcome<Authorized>>
  /** Renews tokens once; without retries, and without a look at who else is doing it. */
  refresh(credential: {
    readonly refreshToken: string
    readonly scopes: readonly string[]
  }): Promise<RemoteOutcome<ReceivedTokens>>
  /** Whether the service still takes this access token: its identity request with it. */
  isAccepted(accessToken: string): Promise<boolean | undefined>
  /** Ends tokens at the service. It never throws. */
  revoke(tokens: {
    readonly accessToken: string
    readonly refreshToken: string | undefined
  }): Promise<Revoked>
}

/** The values of a form, or what is wrong with them by the name of the field. */
export type ReadFields =
  | {
      readonly ok: true
      /** Trimmed; fields that are empty and need not be filled in are left out. */
      readonly fields: Readonly<Record<string, string>>
    }
  | { readonly ok: false; readonly errors: Readonly<Record<string, FieldFailure>> }

/** What the service says to a credential. */
export type TriedFields =
  | { readonly ok: true; readonly account: ServiceAccount }
  | {
      readonly ok: false
      /** By the name of the field; empty where the service cannot be asked. */
      readonly errors: Readonly<Record<string, FieldFailure>>
      readonly unavailable: boolean
    }

/** A service whose credential users type in. */
export interface SecretService extends ServiceFacts {
  readonly kind: 'secret'
  readonly fields: ReadonlyMap<string, Required<SecretField>>
  /** Markdown. */
  readonly guide: string | undefined
  /** Checks what was typed in. It asks nobody. */
  readFields(values: Readonly<Record<string, string>>): ReadFields
  /**
   * Tries values that were read at the service, for at most 15 s.
   *
   * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` where `verify` gives no verdict
   */
  tryFields(fields: Readonly<Record<string, string>>): Promise<TriedFields>
  /** Whether the service still takes them; `undefined` where nobody can say. */
  isAccepted(fields: Readonly<Record<string, string>>): Promise<boolean | undefined>
  /** Header fields that carry the credential. */
  authorize(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>>
}

/** A service whose tokens the identity provider gives for those of the user there. */
export interface ExchangeService extends ServiceFacts {
  readonly kind: 'exchange'
  readonly apiHeaders: Readonly<Record<string, string>>
  /** A token of the user at the provider. */
  subjectToken(principal: Principal<unknown>): Promise<string>
  /** Exchanges it: one request, without retries; nothing is kept. */
  exchange(subjectToken: string): Promise<RemoteOutcome<ReceivedTokens>>
}

/** A service that users connect. */
export type ConnectableService = OAuthService | SecretService

export type Service = ConnectableService | ExchangeService
