import type { Configuration, errors } from 'oidc-provider'
import type { Clock } from '../../runtime/index.ts'

/** How far ahead the end of a client's assertion may be, so that it is remembered for so long only. */
const MAX_SECONDS = 3_600

/** Further rules for the assertions that clients authenticate with (RFC 7523 §3). */
export function createAssertionRules(
  clock: Clock,
  { InvalidClientAuth }: Pick<typeof errors, 'InvalidClientAuth'>,
): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> {
  return async (_ctx, { exp }) => {
    if (typeof exp !== 'number' || exp > clock.now() + MAX_SECONDS) {
      throw new InvalidClientAuth('the client assertion is good for more than an hour')
    }
  }
}
