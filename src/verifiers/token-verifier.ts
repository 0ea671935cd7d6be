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
}

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
   * Reads ahead what the first token needs. A verifier without it is one that needs nothing.
   *
   * @throws {UpstreamError} when it cannot be read
   */
  warmUp?(): Promise<void>
  /** Forgets the keys of an issuer, or of all; an issuer that it does not know is none of its own. */
  purgeKeys?(issuer?: string): void
}
