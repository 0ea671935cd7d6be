import type { Principal } from '../principal/index.ts'

/** Whose access ends: a user by the issuer's `sub`, or a client that acts for itself. */
export type RevokedCaller = { readonly issuer: string } & (
  | { readonly subject: string }
  | { readonly clientId: string }
)

export type Revocation = RevokedCaller & {
  /** Seconds since the epoch: what was issued before is refused from now on. */
  readonly before: number
}

/** The part of a principal that revocations are kept by. */
export type RevocableCaller = Pick<Principal<unknown>, 'issuer' | 'subject' | 'clientId'>

/** Where revocations are kept. Several processes share one by a shared store. */
export interface Revocations {
  /** Keeps the later of this instant and the one that is known. */
  revoke(revocation: Revocation): void | Promise<void>
  /** The instant before which everything of this caller is revoked, in seconds since the epoch. */
  revokedBefore(caller: RevocableCaller): number | undefined | Promise<number | undefined>
}

/** Creates revocations that live as long as the process. They are never forgotten: 100 bytes each. */
export function createMemoryRevocations(): Revocations {
  const instants = new Map<string, number>()
  return {
    revoke(revocation) {
      const subject = 'subject' in revocation ? revocation.subject : undefined
      const clientId = 'clientId' in revocation ? revocation.clientId : undefined
      const key = revocationKey({ issuer: revocation.issuer, subject, clientId })
      instants.set(key, Math.max(revocation.before, instants.get(key) ?? 0))
    },
    revokedBefore: (caller) =>
      instants.size === 0 ? undefined : instants.get(revocationKey(caller)),
  }
}

/** A user keeps being revoked through whichever client; a client is one where nobody else is. */
export function revocationKey({ issuer, subject, clientId }: RevocableCaller): string {
  return JSON.stringify(
    subject === undefined ? [issuer, 'client', clientId] : [issuer, 'user', subject],
  )
}
