import type { errors } from 'oidc-provider'
import type { Clock } from '../../runtime/index.ts'

export interface RefreshLifetimes {
  /** How long a refresh token can be left unused. */
  readonly refreshIdleSeconds: number
  /** How long one sign-in lasts, however often it is refreshed. */
  readonly refreshAbsoluteSeconds: number
}

/**
 * Computes how long a new refresh token lives: for the idle time, and never beyond the absolute
 * limit of its family.
 *
 * @throws {InvalidGrant} at the limit
 */
export function createRefreshTokenTtl(
  { refreshIdleSeconds, refreshAbsoluteSeconds }: RefreshLifetimes,
  clock: Clock,
  { InvalidGrant }: Pick<typeof errors, 'InvalidGrant'>,
): (ctx: unknown, token: { readonly iiat?: number | undefined }) => number {
  return (_ctx, { iiat = clock.now() }) => {
    const left = iiat + refreshAbsoluteSeconds - clock.now()
    if (left < 1) throw new InvalidGrant('the sign-in has reached its absolute limit')
    return Math.min(refreshIdleSeconds, left)
  }
}
