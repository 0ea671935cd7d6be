import type { AuthorizationAttempt } from '../oauth-client/index.ts'
import type { ConnectionOwner } from './owner.ts'
import type { Authorized } from './service.ts'

/** A user who was sent to a service, and has not come back. */
export interface ConnectionAttempt {
  readonly owner: ConnectionOwner
  readonly service: string
  /** The request that led there; `undefined` from the account page. */
  readonly requestId: string | undefined
  /** The client that asked, for `connectedBy`. */
  readonly clientId: string | undefined
  readonly attempt: AuthorizationAttempt
}

/** The attempt of a callback, or why there is none: a page, and nothing else happens. */
export type FoundAttempt =
  | { readonly ok: true; readonly attempt: ConnectionAttempt }
  /** `unknown`: never begun, expired, finished, or of another service. */
  | { readonly ok: false; readonly reason: 'unknown' | 'browser_mismatch' }

/** What is between the redirect to a service and its callback, 10 minutes. */
export interface ConnectionAttempts {
  /** @returns The `Set-Cookie` line of the answer that redirects. */
  create(
    attempt: ConnectionAttempt,
    cookieHeader: string | undefined,
  ): Promise<{ readonly setCookie: string }>
  /** Finds the attempt of a callback, which stays: who has no cookie cannot end another's. */
  find(callback: {
    readonly state: string
    readonly service: string
    readonly cookieHeader: string | undefined
    readonly correlationId: string
  }): Promise<FoundAttempt>
  /** Ends an attempt that was found. Of several callers one is told `true`. */
  take(attempt: ConnectionAttempt): Promise<boolean>
}

/** What a service gave, waiting for the user to say that it is their account (SEC-240). */
export interface HeldAuthorization extends Authorized {
  readonly owner: ConnectionOwner
  readonly service: string
  readonly requestId: string | undefined
  readonly clientId: string | undefined
}

/** Authorizations that are held for at most 10 minutes. */
export interface HeldAuthorizations {
  /** @returns 256 random bits that find it, for the form of the page; what is stored is a hash. */
  hold(authorization: HeldAuthorization): Promise<string>
  /** Looks at one of this owner's. */
  find(owner: ConnectionOwner, id: string): Promise<HeldAuthorization | undefined>
  /** Takes it: of several callers one gets it. */
  take(owner: ConnectionOwner, id: string): Promise<HeldAuthorization | undefined>
}
