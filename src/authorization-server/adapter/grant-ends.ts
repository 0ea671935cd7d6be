import type { Revocations } from '../../revocation/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import { parseContent, withId } from './record-content.ts'
import type { RecordNames } from './record-names.ts'
import type { EndedGrant } from './request-scope.ts'

export interface GrantEndOptions {
  readonly storage: Storage
  readonly names: RecordNames
  readonly issuer: string
  readonly revocations: Pick<Required<Revocations>, 'revokeTokens'>
  /** The longest that an access token lives. */
  readonly accessTokenSeconds: number
  readonly clock: Clock
}

/** Ends a grant. @returns Whose it was; `undefined` where it had ended before. */
export type EndGrant = (grantId: string) => Promise<EndedGrant | undefined>

/** For clocks that differ, and the leeway that resource servers give. */
const MARGIN_SECONDS = 600

/**
 * Ends a grant with everything that came of it: first its access tokens are put on the list that
 * resource servers read, then the grant, its codes and refresh tokens are deleted in one step.
 *
 * Whatever is being issued from it meanwhile is either deleted too or cannot be written any more,
 * and its access token names the grant, which is on the list. When it fails in between, nobody has
 * been told that it was done, and it can be done again.
 */
export function createGrantEnd(options: GrantEndOptions): EndGrant {
  // `oidc-provider` asks for each model, all at once.
  const running = new Map<string, Promise<EndedGrant | undefined>>()
  return (grantId) => {
    const known = running.get(grantId)
    if (known !== undefined) return known
    const ending = endGrant(grantId, options).finally(() => running.delete(grantId))
    running.set(grantId, ending)
    return ending
  }
}

async function endGrant(
  grantId: string,
  { storage, names, issuer, revocations, accessTokenSeconds, clock }: GrantEndOptions,
): Promise<EndedGrant | undefined> {
  const record = await storage.get(await names.keyOf('grant', grantId))
  let ended: EndedGrant | undefined
  if (record !== undefined) {
    const { payload } = parseContent('grant', record.value)
    const { accountId: subject, clientId } = withId(payload, grantId)
    ended = { subject, clientId }
    if (subject !== undefined) {
      const until = clock.now() + accessTokenSeconds + MARGIN_SECONDS
      const name = await names.grantName(grantId)
      await revocations.revokeTokens({ issuer, subject, grantId: name, until })
    }
  }
  await storage.deleteByTag(await names.grantTag(grantId))
  return ended
}
