import type { Principal } from '../principal/index.ts'
import type { AuthorizationAttempt } from './authorization-attempt.ts'
import type { RemoteOutcome } from './outcome.ts'

/** Who a browser's user is, as access tokens name them too. */
export interface BrowserUser {
  readonly issuer: string
  readonly subject: string
  readonly tenant?: string | undefined
  /** For people: a name or an address. */
  readonly name?: string | undefined
}

/** A client that a user has allowed to act for them. */
export interface ApprovedClient {
  /** Names the approval among those of its user. */
  readonly id: string
  readonly clientId: string
  readonly clientName: string | undefined
  readonly redirectUri: string
  /** With what each allows, in words for the user. */
  readonly scopes: readonly { readonly name: string; readonly text: string }[]
  /** Seconds since the epoch. */
  readonly approvedAt: number
}

/** What else is known of users where they sign in, for their account page. */
export interface UserAccounts {
  listApprovals(user: BrowserUser): Promise<readonly ApprovedClient[]>
  /** @returns Whether there was one. */
  revokeApproval(user: BrowserUser, id: string): Promise<boolean>
  /** Ends every session and every token of the user there. */
  signOut(user: BrowserUser): Promise<void>
  /** Whether the user was signed out after an instant, in seconds since the epoch. */
  isSignedOut(user: BrowserUser, since: number): Promise<boolean>
}

/** What a browser is sent to sign in with. */
export interface SignInRequest {
  /** A callback of ours, without a query. */
  readonly redirectUri: string
  /** Ask again, whoever is signed in there: somebody else wants to. @defaultValue false */
  readonly isForced?: boolean | undefined
}

/**
 * Finds out who sits in front of a browser, by a sign-in. Whoever calls it binds the attempt to the
 * browser.
 */
export interface BrowserIdentity {
  /** Where users sign in. */
  readonly issuer: string
  /** Where to send the browser. */
  startSignIn(
    request: SignInRequest,
  ): Promise<RemoteOutcome<{ readonly url: string; readonly attempt: AuthorizationAttempt }>>
  finishSignIn(callback: {
    readonly parameters: URLSearchParams
    readonly attempt: AuthorizationAttempt
  }): Promise<RemoteOutcome<BrowserUser>>
  /** `undefined` where nothing else is known. */
  readonly accounts?: UserAccounts | undefined
  /** A token of a user at the identity provider; `undefined` where none are kept. */
  readonly upstreamToken?:
    | ((principal: Principal<unknown>) => Promise<{ readonly accessToken: string }>)
    | undefined
}
