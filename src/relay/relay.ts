import type { RelayHandler } from './listener.ts'
import type { RelayedTokens } from './options/index.ts'

/** The entry of `authorizationServers` of the resource server behind a relay. */
export type RelayedAuthorizationServer<Tokens extends RelayedTokens> = Omit<
  Tokens,
  'issuer' | 'metadataUrl' | 'tokenIssuer' | 'transformMetadata'
> & {
  /** The relay's: clients are sent here. */
  readonly issuer: string
  /** The upstream's: tokens say this. */
  readonly tokenIssuer: string
  readonly metadataUrl: string
  readonly transformMetadata: (
    document: Readonly<Record<string, unknown>>,
  ) => Readonly<Record<string, unknown>>
}

/** A running relay. It listens on no socket of its own. */
export interface Relay<Tokens extends RelayedTokens = RelayedTokens> {
  readonly issuer: string
  /** For node:http, Express, and whatever gives `IncomingMessage` and `ServerResponse`. */
  readonly handler: RelayHandler
  /**
   * For `createResourceServer({ authorizationServers: [relay.authorizationServer] })`: clients are
   * sent to the relay, tokens are verified with the upstream's keys, which are read from there.
   */
  readonly authorizationServer: RelayedAuthorizationServer<Tokens>
  /**
   * Reads the upstream's metadata ahead of the first client. It does NOT find out whether client id,
   * secret and redirect URI are right.
   *
   * @throws {UpstreamError} where it cannot be read or used
   * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` where `openid-client` is not installed
   */
  warmUp(): Promise<void>
}
