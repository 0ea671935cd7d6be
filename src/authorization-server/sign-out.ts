import type { Emit } from '../observability/index.ts'
import { configError } from '../options/index.ts'
import type { Revocations } from '../revocation/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { SignInParts } from './sign-in.ts'
import { accountIdOf } from './upstream/account-id.ts'
import type { UserRecords } from './users.ts'

/** A user by who vouches for them: as the upstream names them, or as our own tokens do. */
export interface SignedInUser {
  /** The upstream's issuer identifier, or ours. @defaultValue that of the upstream, if there is one */
  readonly issuer?: string | undefined
  /** Their `sub` there. */
  readonly subject: string
}

/** Ends all that a user has here. @returns Whether they have signed in before. */
export type SignOut = (user: SignedInUser) => Promise<boolean>

export interface SignOutOptions {
  readonly issuer: string
  readonly users: Pick<UserRecords, 'find'>
  readonly signIn: Pick<SignInParts, 'forget' | 'issuer'>
  readonly revocations: Pick<Revocations, 'revoke'>
  readonly clock: Clock
  readonly emit: Emit
}

/**
 * Creates the sign-out. One write does it, so that nothing that is under way meanwhile is missed:
 * from then on whatever is from before is refused where it is used. Then the upstream's tokens are
 * deleted.
 */
export function createSignOut(options: SignOutOptions): SignOut {
  const { issuer: ownIssuer, users, signIn, revocations, clock, emit } = options
  return async ({ issuer = signIn.issuer, subject }) => {
    if (typeof subject !== 'string' || subject === '') {
      throw configError('ERR_CONFIG_NOT_A_STRING', 'signOut: subject')
    }
    if (issuer === undefined) {
      throw configError('ERR_CONFIG_NOT_A_STRING', 'signOut: issuer (of several upstreams)')
    }
    const accountId = issuer === ownIssuer ? subject : accountIdOf({ issuer, subject })
    await revocations.revoke({ issuer: ownIssuer, subject: accountId, before: clock.now() + 1 })
    emit({ type: 'user.signed_out', at: clock.now(), issuer: ownIssuer, subject: accountId })
    await signIn.forget(accountId)
    return (await users.find(accountId)) !== undefined
  }
}
