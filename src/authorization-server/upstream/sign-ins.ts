import { hash } from 'node:crypto'
import type { Emit } from '../../observability/index.ts'
import {
  type Clock,
  formatRecord,
  isObject,
  isOptionalString,
  isStringList,
  parseRecord,
  recordKey,
  systemClock,
} from '../../runtime/index.ts'
import type { Storage, StoredRecord } from '../../storage/index.ts'
import { createSignInCookie, secretsNamed } from './sign-in-cookies.ts'
import type { UpstreamAttempt } from './upstream.ts'

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
  take(signIn: SignIn): Promise<TakenSignIn | undefined>
}

/** A sign-in that nobody else can finish any more. */
export interface TakenSignIn {
  /** Puts it back for the time it had left, where the upstream was down: the user can reload. */
  restore(): Promise<void>
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

interface SignInRecord extends Omit<SignIn, 'attempt'> {
  /** Without `state`, whose hash is the key. */
  readonly attempt: Omit<UpstreamAttempt, 'state'>
  /** Name of the cookie that has the browser's secret. */
  readonly cookie: string
  readonly browserHash: string
}

const FORMAT = 1
/** `openid-client` makes states of 32 random bytes. */
const STATE = /^[\w-]{43}$/

/**
 * Keeps sign-ins between the redirect to the upstream and its callback, 10 minutes. Each is bound
 * to the browser that approved it by a cookie, to its upstream, issuer and redirect URI, and is
 * finished once. What is stored finishes nothing by itself: `state` and the secret are hashes.
 *
 * @see [RFC 9700 §4.7](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.7)
 */
export function createSignIns(options: SignInsOptions): SignIns {
  const { storage, tenant, isSecure, emit, clock = systemClock, ttlSeconds = 600 } = options
  const keyOf = (state: string): Promise<string> => recordKey('sign-in', tenant, state)

  return {
    async create(signIn, cookieHeader) {
      const { state, ...attempt } = signIn.attempt
      const id = sha256(state).slice(0, 16)
      const cookie = createSignInCookie(cookieHeader, { id, isSecure, ttlSeconds })
      const browserHash = sha256(cookie.secret)
      const record: SignInRecord = { ...signIn, attempt, cookie: cookie.name, browserHash }
      await storage.set(await keyOf(state), formatRecord(FORMAT, record), { ttlSeconds })
      return { setCookie: cookie.setCookie }
    },
    async find({ state, upstream, cookieHeader, correlationId }) {
      const stored = STATE.test(state) ? await storage.get(await keyOf(state)) : undefined
      const record = stored && parseSignIn(stored.value)
      if (record?.attempt.upstream !== upstream) return { ok: false, reason: 'unknown' }
      const { cookie, browserHash, attempt, ...signIn } = record
      const secrets = secretsNamed(cookieHeader, cookie)
      if (secrets.some((secret) => sha256(secret) === browserHash)) {
        return { ok: true, signIn: { ...signIn, attempt: { ...attempt, state } } }
      }
      emit({ type: 'flow.browser_mismatch', at: clock.now(), correlationId, upstream })
      return { ok: false, reason: 'browser_mismatch' }
    },
    async take({ attempt }) {
      const key = await keyOf(attempt.state)
      const taken = await storage.take(key)
      return taken && { restore: () => restore(taken, key) }
    },
  }

  async function restore({ value, expiresAt }: StoredRecord, key: string): Promise<void> {
    const left = Math.ceil((expiresAt ?? clock.now()) - clock.now())
    if (left < 1) return
    await storage.set(key, value, { ttlSeconds: Math.min(left, ttlSeconds), ifAbsent: true })
  }
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

function parseSignIn(value: Uint8Array): SignInRecord {
  return parseRecord(value, FORMAT, 'Sign-in', (content) => {
    const { uid, attempt, documentHash, remember, cookie, browserHash } = content
    const texts = [uid, documentHash, cookie, browserHash]
    const isRight =
      texts.every((text) => typeof text === 'string') &&
      typeof remember === 'boolean' &&
      isStoredAttempt(attempt)
    return isRight ? (content as object as SignInRecord) : undefined
  })
}

function isStoredAttempt(value: unknown): value is SignInRecord['attempt'] {
  if (!isObject(value)) return false
  const { upstream, issuer, redirectUri, codeVerifier, nonce, scopes } = value
  const texts = [upstream, issuer, redirectUri, codeVerifier]
  return (
    texts.every((text) => typeof text === 'string') &&
    isOptionalString(nonce) &&
    isStringList(scopes)
  )
}
