import type { BrowserIdentity } from '../oauth-client/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Revocations } from '../revocation/index.ts'
import type { TokenVerifier } from '../verifiers/index.ts'
import type { InitialAccessTokens } from './clients/index.ts'
import type { Approval } from './interaction/approvals.ts'
import type { AuthorizationServerHandler } from './listener.ts'
import type { SignedInUser } from './sign-out.ts'
import type { UpstreamToken } from './upstream/upstream-tokens.ts'

/**
 * What users have allowed clients. A principal is a user by a token of this server; one of another
 * issuer, whatever their subject, and one that is a client have no approvals.
 */
export interface Approvals {
  /** The latest first. */
  list(principal: Principal<unknown>): Promise<readonly Approval[]>
  /**
   * Takes an approval back: the page is shown again, and refresh tokens that came of it end.
   *
   * @returns Whether there was one.
   */
  revoke(principal: Principal<unknown>, id: string): Promise<boolean>
}

/**
 * A running authorization server. It listens on no socket of its own.
 *
 * It is the `identity` of `createConnections` too: users sign in to those pages here, as who their
 * tokens say they are, without a consent page, since no client is part of it.
 */
export interface AuthorizationServer extends Required<Omit<BrowserIdentity, 'upstreamToken'>> {
  /** Its issuer identifier, as configured. */
  readonly issuer: string
  /** For node:http, Express, and whatever gives `IncomingMessage` and `ServerResponse`. */
  readonly handler: AuthorizationServerHandler
  /** Verifies our tokens in this process, without network: `createResourceServer({ verifier })`. */
  readonly verifier: TokenVerifier
  /**
   * What is revoked, in the storage of this server: `createResourceServer({ revocations })`. Another
   * process finds the same with `storedRevocations` of that store.
   */
  readonly revocations: Revocations
  /**
   * An access token of the upstream for this user, renewed where it has to be.
   *
   * @param principal A user by a token of this server.
   * @throws {UpstreamError} `ERR_UPSTREAM_SIGN_IN_NEEDED` where the user has to sign in again, and
   *   for a principal of another issuer or one that is a client; `ERR_UPSTREAM_REFRESH` (retryable)
   *   while the upstream is away; `ERR_UPSTREAM_CLIENT_REFUSED` where it refuses this server
   * @throws {StorageError}
   */
  upstreamToken(principal: Principal<unknown>): Promise<UpstreamToken>
  readonly approvals: Approvals
  /**
   * Ends all that a user has of this server: the sessions of their browsers, authorization codes,
   * refresh tokens, access tokens where resource servers have the `revocations`, and the upstream's
   * tokens that are kept here. Signing in again works, and what they have allowed stays allowed.
   *
   * It does NOT end their session at the upstream, and does NOT keep them out.
   *
   * @param user A principal that is a user, or who they are at the upstream.
   * @returns Whether they have signed in here before: `false` is a subject that nobody has.
   * @throws {ConfigError} `ERR_CONFIG_NOT_A_STRING` for a user without subject, or without issuer
   *   where there are upstreams of several
   * @throws {StorageError} Call it again: then it is not done
   */
  signOut(user: SignedInUser): Promise<boolean>
  /** Issues tokens that allow registrations, where `registration` is `token`. */
  readonly initialAccessTokens: InitialAccessTokens | undefined
  /**
   * Reads metadata and keys of all upstreams ahead of the first sign-in. For `kind: 'oauth'`, whose
   * endpoints are configured, and for embedded users there is nothing to read. It does NOT find out
   * whether client id, secret and redirect URI are right: only a sign-in does.
   *
   * @throws {UpstreamError} where they cannot be read or used; users would see a page that says so.
   *   `retryable` where the upstream is only away
   * @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` where `openid-client` is not installed
   */
  warmUp(): Promise<void>
  /**
   * For the end of the process. Nothing of this server runs in the background today, so that there
   * is nothing to end. It does NOT end requests that are being handled, and does NOT close the
   * storage: that is the caller's.
   */
  close(): Promise<void>
}
