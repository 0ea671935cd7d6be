import {
  createAttempts,
  type TakenAttempt,
  type UpstreamAttempt,
} from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import { type Clock, isObject, systemClock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A sign-in that is under way at an upstream. */
export interface SignIn {
  /** The interaction of `oidc-provider` that it belongs to. */
  readonly uid: string
  readonly attempt: UpstreamAttempt
  /** Hash of what the user was shown and has approved. */
  readonly documentHash: string
  /** Whether the approval is to be stored. */
  readonly remember: boolean
}

/** Why a callback has no sign-in: both are a page with status 403, and nothing else happens. */
export type SignInMiss =
  /** Never begun, expired, finished, or begun at another upstream. */
  | 'unknown'
  /** Begun, and approved in another browser (RFC 9700 §4.7). */
  | 'browser_mismatch'

/** The sign-in of a callback, or why there is none. */
export type FoundSignIn =
  | { readonly ok: true; readonly signIn: SignIn }
  | { readonly ok: false; readonly reason: SignInMiss }

/** What a callback of an upstream arrives with. */
export interface Callback {
  /** The parameter, once. */
  readonly state: string
  /** Which upstream's callback it is. */
  readonly upstream: string
  /** The request's `Cookie`. */
  readonly cookieHeader: string | undefined
  /** Of the request, for the event. */
  readonly correlationId: string
}

/** The sign-ins that are under way. */
export interface SignIns {
  /**
   * Stores a sign-in. Only after the user's approval (MCP: neither state nor cookie before it).
   *
   * @returns The `Set-Cookie` line for the answer that redirects to the upstream.
   */
  create(signIn: SignIn, cookieHeader: string | undefined): Promise<{ readonly setCookie: string }>
  /** Finds the sign-in of a callback, which stays: who has no cookie cannot end another's. */
  find(callback: Callback): Promise<FoundSignIn>
  /** Ends a sign-in that was found. Of several callers one gets it; the others `undefined`. */
  take(signIn: SignIn): Promise<TakenAttempt | undefined>
}

export interface SignInsOptions {
  readonly storage: Storage
  /** Whose sign-ins: those of another are unknown. @defaultValue none */
  readonly tenant?: string | undefined
  /** Whether the issuer is https: `__Host-` and `Secure`, or plain names on loopback. */
  readonly isSecure: boolean
  readonly emit: Emit
  /** @defaultValue the system's */
  readonly clock?: Clock | undefined
  /** How long a sign-in may take: 600, unless a test is in a hurry. @defaultValue 600 */
  readonly ttlSeconds?: number | undefined
}

/**
 * Keeps sign-ins between the redirect to the upstream and its callback, 10 minutes. Each is bound
 * to the browser that approved it by a cookie, to its upstream, issuer and redirect URI, and is
 * finished once. What is stored finishes nothing by itself: `state` and the secret are hashes.
 *
 * @see [RFC 9700 §4.7](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.7)
 */
export function createSignIns(options: SignInsOptions): SignIns {
  const { storage, tenant, isSecure, emit, clock = systemClock, ttlSeconds = 600 } = options
  const attempts = createAttempts<SignIn>({
    storage,
    kind: 'sign-in',
    subject: 'Sign-in',
    tenant,
    cookiePrefix: 'sign-in',
    isSecure,
    clock,
    ttlSeconds,
    isContent: isSignIn,
  })

  return {
    create: (signIn, cookieHeader) => attempts.create(signIn, cookieHeader),
    async find({ state, upstream, cookieHeader, correlationId }) {
      const found = await attempts.find(state, cookieHeader)
      if (!('content' in found) || found.content.attempt.upstream !== upstream) {
        return { ok: false, reason: 'unknown' }
      }
      if (found.ok) return { ok: true, signIn: found.content }
      emit({ type: 'flow.browser_mismatch', at: clock.now(), correlationId, upstream })
      return { ok: false, reason: 'browser_mismatch' }
    },
    take: (signIn) => attempts.take(signIn),
  }
}

function isSignIn({
  uid,
  attempt,
  documentHash,
  remember,
}: Readonly<Record<string, unknown>>): boolean {
  return (
    [uid, documentHash].every((text) => typeof text === 'string') &&
    typeof remember === 'boolean' &&
    isObject(attempt) &&
    typeof attempt['upstream'] === 'string'
  )
}
