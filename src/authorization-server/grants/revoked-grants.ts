import type { errors } from 'oidc-provider'
import { isRevoked, type Revocations } from '../../revocation/index.ts'
import type { EndGrant } from '../adapter/grant-ends.ts'
import type { RecordNames } from '../adapter/record-names.ts'
import { callerOf } from '../tokens/caller.ts'
import type { GrantHandler } from './redemption.ts'

export interface RevokedGrantOptions {
  readonly issuer: string
  readonly names: RecordNames
  readonly revocations: Revocations
  readonly endGrant: EndGrant
  readonly errors: Pick<typeof errors, 'InvalidGrant'>
}

/**
 * Makes a handler refuse what comes of a grant from before its user was revoked, and end that grant:
 * the token that it would issue is newer than the instant, and nobody else would refuse it.
 *
 * It looks when the handler is through, so that only who holds the code or refresh token ends
 * anything, and before anything is written.
 */
export function withRevocations(
  handler: GrantHandler,
  { issuer, names, revocations, endGrant, errors: { InvalidGrant } }: RevokedGrantOptions,
): GrantHandler {
  return async (ctx) => {
    await handler(ctx)
    const { Grant: grant } = ctx.oidc.entities
    // A client that acts for itself has none.
    if (grant === undefined) return
    const { jti: grantId, iat, accountId, clientId } = grant
    const caller = callerOf(issuer, { sub: accountId, client_id: clientId })
    const facts = { iat, grant_id: await names.grantName(grantId) }
    if (!(await isRevoked(revocations, caller, facts))) return
    await endGrant(grantId)
    throw new InvalidGrant('the access of this user was revoked after the grant was made')
  }
}
