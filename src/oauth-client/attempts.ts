import { hash } from 'node:crypto'
import {
  type Clock,
  formatRecord,
  isObject,
  isOptionalString,
  isStringList,
  parseRecord,
  type RecordKind,
  recordKey,
} from '../runtime/index.ts'
import type { Storage, StoredRecord } from '../storage/index.ts'
import { createAttemptCookie, secretsNamed } from './attempt-cookies.ts'
import type { AuthorizationAttempt } from './authorization-attempt.ts'

/** Something that needs an attempt to be finished. */
export interface Attempted {
  readonly attempt: AuthorizationAttempt
}

/** What belongs to a callback, or why there is nothing. */
export type FoundAttempt<Content> =
  | { readonly ok: true; readonly content: Content }
  /** `unknown`: never begun, expired, or finished. */
  | { readonly ok: false; readonly reason: 'unknown' }
  /** With what was found, for the event. */
  | { readonly ok: false; readonly reason: 'browser_mismatch'; readonly content: Content }

/** The attempts that are under way. */
export interface Attempts<Content extends Attempted> {
  /** @returns The `Set-Cookie` line for the answer that redirects. */
  create(
    content: Content,
    cookieHeader: string | undefined,
  ): Promise<{ readonly setCookie: string }>
  /** Finds what belongs to a callback, which stays: who has no cookie cannot end another's. */
  find(state: string, cookieHeader: string | undefined): Promise<FoundAttempt<Content>>
  /** Ends an attempt that was found. Of several callers one gets it; the others `undefined`. */
  take(content: Content): Promise<TakenAttempt | undefined>
}

/** An attempt that nobody else can finish any more. */
export interface TakenAttempt {
  /** Puts it back for the time it had left, where the server was down: the user can reload. */
  restore(): Promise<void>
}

export interface AttemptsOptions {
  readonly storage: Storage
  readonly kind: RecordKind
  /** What it is, for messages. */
  readonly subject: string
  /** Whose attempts: those of another are unknown. @defaultValue none */
  readonly tenant?: string | undefined
  /** Of the cookies' names: letters and `-`. */
  readonly cookiePrefix: string
  /** Whether our origin is https: `__Host-` and `Secure`, or plain names on loopback. */
  readonly isSecure: boolean
  readonly clock: Clock
  /** How long an attempt may take. */
  readonly ttlSeconds: number
  /** Whether what was read is what {@link Attempts.create} was given; the attempt is checked here. */
  readonly isContent: (content: Readonly<Record<string, unknown>>) => boolean
}

/** `attempt` is without `state`, whose hash is the key. */
interface StoredAttempt {
  readonly attempt: object
  /** Name of the cookie that has the browser's secret. */
  readonly cookie: string
  readonly browserHash: string
}

const FORMAT = 1
/** `openid-client` makes states of 32 random bytes. */
const STATE = /^[\w-]{43}$/

/**
 * Keeps attempts between the redirect to another server and its callback. Each is bound to the
 * browser that began it by a cookie, and is finished once. What is stored finishes nothing by itself:
 * `state` and the secret are hashes.
 *
 * @see [RFC 9700 §4.7](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.7)
 */
export function createAttempts<Content extends Attempted>(
  options: AttemptsOptions,
): Attempts<Content> {
  const { storage, kind, tenant, cookiePrefix, isSecure, clock, ttlSeconds } = options
  const keyOf = (state: string): Promise<string> => recordKey(kind, tenant, state)

  return {
    async create(content, cookieHeader) {
      const { state, ...attempt } = content.attempt
      const id = sha256(state).slice(0, 16)
      const naming = { prefix: cookiePrefix, id, isSecure, ttlSeconds }
      const cookie = createAttemptCookie(cookieHeader, naming)
      const browserHash = sha256(cookie.secret)
      const record = { ...content, attempt, cookie: cookie.name, browserHash }
      await storage.set(await keyOf(state), formatRecord(FORMAT, record), { ttlSeconds })
      return { setCookie: cookie.setCookie }
    },
    async find(state, cookieHeader) {
      const stored = STATE.test(state) ? await storage.get(await keyOf(state)) : undefined
      if (stored === undefined) return { ok: false, reason: 'unknown' }
      const { cookie, browserHash, attempt, ...rest } = parseAttempt(stored.value, options)
      const content = { ...rest, attempt: { ...attempt, state } } as Attempted as Content
      const secrets = secretsNamed(cookieHeader, cookie)
      const isBrowser = secrets.some((secret) => sha256(secret) === browserHash)
      return isBrowser ? { ok: true, content } : { ok: false, reason: 'browser_mismatch', content }
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

function parseAttempt(value: Uint8Array, { subject, isContent }: AttemptsOptions): StoredAttempt {
  return parseRecord(value, FORMAT, subject, (content) => {
    const { attempt, cookie, browserHash, ...rest } = content
    const isRight =
      typeof cookie === 'string' &&
      typeof browserHash === 'string' &&
      isStoredAttempt(attempt) &&
      isContent({ ...rest, attempt })
    return isRight ? (content as object as StoredAttempt) : undefined
  })
}

function isStoredAttempt(value: unknown): boolean {
  if (!isObject(value)) return false
  const { issuer, redirectUri, codeVerifier, nonce, scopes } = value
  return (
    [issuer, redirectUri].every((text) => typeof text === 'string') &&
    [codeVerifier, nonce].every(isOptionalString) &&
    isStringList(scopes)
  )
}
