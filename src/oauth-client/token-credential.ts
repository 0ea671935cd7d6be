import { isObject, isOptionalNumber, isOptionalString, isStringList } from '../runtime/index.ts'
import type { WriteOptions } from '../storage/index.ts'
import type { ReceivedTokens } from './outcome.ts'

/** Tokens of a user at another server, as they are stored. Instants are seconds since the epoch. */
export interface TokenCredential {
  /** `needs_reauth`: the server has ended it. The record stays, for whoever asks why. */
  readonly state: 'active' | 'needs_reauth'
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  /** As granted, which may be less than was asked for. */
  readonly scopes: readonly string[]
  /** `undefined` for a token that does not say when it ends. */
  readonly expiresAt?: number | undefined
  /** From when on it is renewed. */
  readonly refreshAt?: number | undefined
  /** Written before a refresh and removed with its outcome: one that is found later was lost. */
  readonly intent?: { readonly fence: number; readonly at: number } | undefined
  /** Refreshes that have failed since the last one that has not. */
  readonly failures: number
  /** Until when the server is left alone. */
  readonly retryAt?: number | undefined
}

/** A credential and the version of its record. */
export interface StoredCredential<Held extends TokenCredential> {
  readonly credential: Held
  readonly version: string
}

/** How a kind of credentials is kept. */
export interface CredentialFormat<Held extends TokenCredential> {
  /** @throws {StorageError} */
  readonly parse: (value: Uint8Array) => Held
  readonly format: (credential: Held) => {
    readonly value: Uint8Array
    readonly options: WriteOptions
  }
}

/** A token is renewed this long before it ends, or after half of its life where that is short. */
const REFRESH_AHEAD_SECONDS = 30
const MAX_JITTER_SECONDS = 30

/**
 * The part of a credential that tokens decide. Credentials that expire together are renewed up to
 * 30 s apart, a tenth of their life at most.
 *
 * @param random From 0 to 1.
 */
export function lifetimeOf(
  { expiresInSeconds }: Pick<ReceivedTokens, 'expiresInSeconds'>,
  now: number,
  random: number,
): Pick<TokenCredential, 'expiresAt' | 'refreshAt'> {
  if (expiresInSeconds === undefined) return { expiresAt: undefined, refreshAt: undefined }
  const jitter = Math.floor(random * Math.min(MAX_JITTER_SECONDS, expiresInSeconds / 10))
  const ahead = Math.min(REFRESH_AHEAD_SECONDS, Math.floor(expiresInSeconds / 2))
  const expiresAt = now + expiresInSeconds
  return { expiresAt, refreshAt: expiresAt - ahead - jitter }
}

/** What a credential is that was just received. */
export function newCredential(
  tokens: ReceivedTokens,
  now: number,
  random: number,
): TokenCredential {
  const { accessToken, refreshToken, scopes } = tokens
  const lifetime = lifetimeOf(tokens, now, random)
  return { state: 'active', failures: 0, accessToken, refreshToken, scopes, ...lifetime }
}

/** Whether what was read from a record has what a credential has. */
export function isTokenCredential(content: Readonly<Record<string, unknown>>): boolean {
  const { accessToken, refreshToken, state, scopes, expiresAt, refreshAt, intent, failures } =
    content as Readonly<Record<keyof TokenCredential, unknown>>
  return (
    typeof accessToken === 'string' &&
    (state === 'active' || state === 'needs_reauth') &&
    isOptionalString(refreshToken) &&
    isStringList(scopes) &&
    [expiresAt, refreshAt, content['retryAt']].every(isOptionalNumber) &&
    typeof failures === 'number' &&
    (intent === undefined || isIntent(intent))
  )
}

function isIntent(value: unknown): boolean {
  return isObject(value) && typeof value['fence'] === 'number' && typeof value['at'] === 'number'
}
