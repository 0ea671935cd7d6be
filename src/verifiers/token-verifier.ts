import type { TokenClaims } from '../principal/index.ts'
import type { Checked } from './token-failure.ts'

/**
 * A token that is authentic: its issuer really said this. Whether it may be used here, now and by
 * this caller is checked afterwards by the resource server, for every verifier alike.
 */
export interface VerifiedToken {
  /** The issuer that vouches for the claims; one of the configured ones. */
  readonly issuer: string
  /** As they were signed or told; nothing in them is checked. */
  readonly claims: TokenClaims
  /** The media type that the token declares (`typ`, RFC 9068 §2.1), lower case, `application/` removed. */
  readonly type?: string | undefined
  /**
   * Until when the outcome may be reused, in seconds since the epoch; never longer than `exp`.
   * @defaultValue not reused
   */
  readonly cacheUntil?: number | undefined
  /** Whether a reused outcome still holds, such as after a change of keys. */
  readonly isCurrent?: (() => boolean) | undefined
  /**
   * Whether it has been taken back since; asked every 15 seconds while an answer to it streams.
   * @defaultValue it cannot be
   */
  readonly isRevoked?: (() => Promise<boolean>) | undefined
}

/**
 * A kind of token that can be told from the others by its characters.
 *
 * `jwt`, a signed token that names this `iss`; `jwe`, an encrypted one; `prefix`, one that begins
 * like this; `opaque`, whatever nobody else takes.
 */
export type TokenForm =
  | { readonly form: 'jwt'; readonly issuer: string }
  | { readonly form: 'jwe' }
  | { readonly form: 'prefix'; readonly prefix: string }
  | { readonly form: 'opaque' }

/** Turns the characters of an access token into a {@link VerifiedToken}. */
export interface TokenVerifier {
  /**
   * Verifies that a token is authentic.
   *
   * It need NOT check audience, expiry, token type, scopes or revocation: the resource server
   * does, whatever verifier is used.
   *
   * @throws {UpstreamError} when it cannot tell, because something that it needs is down; the
   *   client is then answered 503 and keeps its token.
   */
  verify(token: string): Promise<Checked<VerifiedToken>>
  /**
   * The tokens that are its own, good or bad: `firstOf` gives it no others, and gives these to
   * nobody else. @defaultValue one `opaque`
   */
  readonly recognizes?: readonly TokenForm[]
  /**
   * Issuers that are its own: their tokens are accepted beside those of `authorizationServers`,
   * and how long they live is not limited by `maxTokenLifetimeSeconds` and `maxTokenAgeSeconds`.
   * @defaultValue none
   */
  readonly issuers?: readonly string[]
  /**
   * Reads ahead what the first token needs. A verifier without it is one that needs nothing.
   *
   * @throws {UpstreamError} when it cannot be read
   */
  warmUp?(): Promise<void>
  /** Forgets the keys of an issuer, or of all; an issuer that it does not know is none of its own. */
  purgeKeys?(issuer?: string): void
}
