import type { Revocations } from '../revocation/index.ts'
import type { TokenVerifier } from '../verifiers/index.ts'
import type { Approval } from './interaction/approvals.ts'
import type { AuthorizationServerHandler } from './listener.ts'
import type { UpstreamToken } from './upstream/upstream-tokens.ts'

/** Whose approvals: a principal of our tokens, whose subject is the account id. */
export interface ApprovingUser {
  readonly subject: string | undefined
}

/** What users have allowed clients. */
export interface Approvals {
  /** The latest first. */
  list(user: ApprovingUser): Promise<readonly Approval[]>
  /**
   * Takes an approval back: the page is shown again, and refresh tokens that came of it end.
   *
   * @returns Whether there was one.
   */
  revoke(user: ApprovingUser, id: string): Promise<boolean>
}

/** A running authorization server. It listens on no socket of its own. */
export interface AuthorizationServer {
  /** Its issuer identifier, as configured. */
  readonly issuer: string
  /** For node:http, Express, and whatever gives `IncomingMessage` and `ServerResponse`. */
  readonly handler: AuthorizationServerHandler
  /** Verifies our tokens in this process, without network: `createResourceServer({ verifier })`. */
  readonly verifier: TokenVerifier
  /** What resource servers of other processes look at, beside `storedRevocations` of the same store. */
  readonly revocations: Revocations
  /**
   * An access token of the upstream for this user, renewed where it has to be.
   *
   * @throws {UpstreamError} `ERR_UPSTREAM_SIGN_IN_NEEDED` where the user has to sign in again
   */
  upstreamToken(user: ApprovingUser): Promise<UpstreamToken>
  readonly approvals: Approvals
  /** Ends what runs in the background. The storage stays open: it is the caller's. */
  close(): Promise<void>
}
