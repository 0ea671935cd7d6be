import type { Principal } from '../principal/index.ts'
import { type Clock, systemClock } from '../runtime/index.ts'
import {
  addRevokedTokens,
  isOver,
  isTokenRevoked,
  moveInstant,
  NOTHING_REVOKED,
  type RevokedAccess,
} from './revoked-access.ts'

/** Whose access ends: a user by the issuer's `sub`, or a client that acts for itself. */
export type RevokedCaller = { readonly issuer: string } & (
  | { readonly subject: string }
  | { readonly clientId: string }
)

export type Revocation = RevokedCaller & {
  /** Seconds since the epoch: what was issued before is refused from now on. */
  readonly before: number
}

/** Tokens of a caller that are refused one by one: one by its `jti`, or all of one grant. */
export type RevokedTokens = RevokedCaller &
  ({ readonly jti: string } | { readonly grantId: string }) & {
    /** Seconds since the epoch: when the last of them has expired, and nobody needs to know. */
    readonly until: number
  }

/** The part of a principal that revocations are kept by. */
export type RevocableCaller = Pick<Principal<unknown>, 'issuer' | 'subject' | 'clientId'>

/** The claims of a token that it can be refused by: `iat`, `jti`, and our own `grant_id`. */
export type TokenFacts = Readonly<Record<string, unknown>>

/** Where revocations are kept. Several processes share one by a shared store. */
export interface Revocations {
  /** Keeps the later of this instant and the one that is known. */
  revoke(revocation: Revocation): void | Promise<void>
  /** The instant before which everything of this caller is revoked, in seconds since the epoch. */
  revokedBefore(caller: RevocableCaller): number | undefined | Promise<number | undefined>
  /** Refuses tokens one by one. @defaultValue callers are revoked as a whole only */
  revokeTokens?(tokens: RevokedTokens): void | Promise<void>
  /**
   * Whether a token is refused, for its caller or for itself: both in one look-up.
   * @defaultValue what `revokedBefore` says
   */
  isTokenRevoked?(caller: RevocableCaller, token: TokenFacts): boolean | Promise<boolean>
}

/** More than the one that a change adds, so that what is over cannot outgrow what is not. */
const LOOKED_AT_PER_CHANGE = 4

/**
 * Creates revocations that live as long as the process. Instants are never forgotten, 100 bytes
 * each; single tokens are when they have expired, as others are revoked.
 */
export function createMemoryRevocations(clock: Clock = systemClock): Required<Revocations> {
  const entries = new Map<string, RevokedAccess>()
  let cursor = entries.entries()

  /** Moves on with every change, so that it holds on to no table that the map has left behind. */
  function forgetSome(): void {
    for (let looked = 0; looked < LOOKED_AT_PER_CHANGE; looked += 1) {
      const { value: entry } = cursor.next()
      if (entry === undefined) {
        cursor = entries.entries()
        return
      }
      if (isOver(entry[1], clock.now())) entries.delete(entry[0])
    }
  }

  const change = (caller: RevokedCaller, next: (access: RevokedAccess) => RevokedAccess): void => {
    const key = keyOfRevoked(caller)
    entries.set(key, next(entries.get(key) ?? NOTHING_REVOKED))
    forgetSome()
  }
  return {
    revoke: ({ before, ...caller }) => change(caller, (access) => moveInstant(access, before)),
    revokedBefore: (caller) =>
      entries.size === 0 ? undefined : entries.get(revocationKey(caller))?.before,
    revokeTokens: (tokens) =>
      change(tokens, (access) => addRevokedTokens(access, tokens, clock.now())),
    isTokenRevoked: (caller, token) =>
      entries.size > 0 && isTokenRevoked(entries.get(revocationKey(caller)), token),
  }
}

/** A user keeps being revoked through whichever client; a client is one where nobody else is. */
export function revocationKey({ issuer, subject, clientId }: RevocableCaller): string {
  return JSON.stringify(
    subject === undefined ? [issuer, 'client', clientId] : [issuer, 'user', subject],
  )
}

/** The key of whoever is revoked, which is that of the caller in requests. */
export function keyOfRevoked(caller: RevokedCaller): string {
  const subject = 'subject' in caller ? caller.subject : undefined
  const clientId = 'clientId' in caller ? caller.clientId : undefined
  return revocationKey({ issuer: caller.issuer, subject, clientId })
}
