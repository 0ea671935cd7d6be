import { hash } from 'node:crypto'
import {
  formatRecord,
  isObject,
  isOptionalNumber,
  isOptionalString,
  isStringList,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage, WriteOptions } from '../../storage/index.ts'
import type { UpstreamTokens } from './upstream.ts'

/** Which credential: one per account and upstream. */
export interface CredentialOwner {
  /** Whose account. @defaultValue nobody's in particular */
  readonly tenant?: string | undefined
  /** `sub` of our tokens. */
  readonly accountId: string
  /** Name of the upstream. */
  readonly upstream: string
}

/** A user's tokens at an upstream, as they are stored. Instants are seconds since the epoch. */
export interface Credential extends CredentialOwner {
  /** The user's subject at the upstream. */
  readonly subject: string
  /** `needs_reauth`: the upstream has ended it. The record stays, for whoever asks why. */
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
  /** Until when the upstream is left alone. */
  readonly retryAt?: number | undefined
}

/** A credential and the version of its record. */
export interface StoredCredential {
  readonly credential: Credential
  readonly version: string
}

const FORMAT = 1
/** 90 days: the limit of our own refresh tokens. */
const TTL_SECONDS = 7_776_000
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
  { expiresInSeconds }: Pick<UpstreamTokens, 'expiresInSeconds'>,
  now: number,
  random: number,
): Pick<Credential, 'expiresAt' | 'refreshAt'> {
  if (expiresInSeconds === undefined) return { expiresAt: undefined, refreshAt: undefined }
  const jitter = Math.floor(random * Math.min(MAX_JITTER_SECONDS, expiresInSeconds / 10))
  const ahead = Math.min(REFRESH_AHEAD_SECONDS, Math.floor(expiresInSeconds / 2))
  const expiresAt = now + expiresInSeconds
  return { expiresAt, refreshAt: expiresAt - ahead - jitter }
}

export function credentialKey({ tenant, accountId, upstream }: CredentialOwner): Promise<string> {
  return recordKey('upstream-token', tenant, `${upstream}\n${accountId}`)
}

/** What all credentials of an account can be found and deleted by. */
export function accountTag({
  tenant = '',
  accountId,
}: Pick<CredentialOwner, 'accountId' | 'tenant'>): string {
  return `account:${hash('sha256', `${tenant}\n${accountId}`)}`
}

/** @throws {StorageError} */
export async function readCredential(
  storage: Storage,
  key: string,
): Promise<StoredCredential | undefined> {
  const record = await storage.get(key)
  if (record === undefined) return undefined
  const { value, version } = record
  const credential = parseRecord(value, FORMAT, 'Upstream token', (content) =>
    isCredential(content) ? content : undefined,
  )
  return { credential, version }
}

function isCredential(content: object): content is Credential {
  const { accountId, upstream, subject, accessToken, ...rest } = content as Readonly<
    Record<keyof Credential, unknown>
  >
  const { tenant, refreshToken, state, scopes, expiresAt, refreshAt, intent, failures, retryAt } =
    rest
  return (
    [accountId, upstream, subject, accessToken].every((text) => typeof text === 'string') &&
    (state === 'active' || state === 'needs_reauth') &&
    [tenant, refreshToken].every(isOptionalString) &&
    isStringList(scopes) &&
    [expiresAt, refreshAt, retryAt].every(isOptionalNumber) &&
    typeof failures === 'number' &&
    (intent === undefined || isIntent(intent))
  )
}

function isIntent(value: unknown): boolean {
  return isObject(value) && typeof value['fence'] === 'number' && typeof value['at'] === 'number'
}

export function formatCredential(credential: Credential): {
  readonly value: Uint8Array
  readonly options: WriteOptions
} {
  const tags = [accountTag(credential)]
  return { value: formatRecord(FORMAT, credential), options: { ttlSeconds: TTL_SECONDS, tags } }
}
