import type {
  ExchangeServiceDefinition,
  ExchangeServiceOptions,
  OAuthServiceDefinition,
  OAuthServiceOptions,
  SecretServiceDefinition,
  SecretServiceOptions,
} from './service-options.ts'

/**
 * A service that users authorize in the browser: authorization code, PKCE, refresh, revocation. With a
 * profile of `services` it does as that service wants it; without, it speaks RFC 6749.
 *
 * The options are checked by `createConnections`, which knows the service's name.
 *
 * @example
 * ```ts
 * oauthService({ profile: services.github, clientId, clientSecret, scopes: ['repo'] })
 * ```
 *
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export function oauthService(options: OAuthServiceOptions): OAuthServiceDefinition {
  return { kind: 'oauth', options }
}

/**
 * A service whose credential users type in on a page of this server: an API key, a personal access
 * token. It never passes a client, a prompt or an elicitation form.
 *
 * The options are checked by `createConnections`, which knows the service's name.
 */
export function secretService(options: SecretServiceOptions): SecretServiceDefinition {
  return { kind: 'secret', options }
}

/**
 * A service that users need not connect: the identity provider exchanges their token there for one of
 * the service, by RFC 8693, or on behalf of the user at Entra ID. Tokens are in memory alone, used until 30 s
 * before they end, per user and token, and are stored nowhere.
 *
 * It does NOT ask the user for anything: what the provider refuses is a tool error without a link. It
 * is not on the account page, and `list` does not have it.
 *
 * The options are checked by `createConnections`, which knows the service's name.
 *
 * @see [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693.html)
 */
export function exchangeService(options: ExchangeServiceOptions): ExchangeServiceDefinition {
  return { kind: 'exchange', options }
}
