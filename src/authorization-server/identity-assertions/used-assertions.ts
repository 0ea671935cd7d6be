import { type Clock, formatRecord } from '../../runtime/index.ts'
import type { Storage, Write } from '../../storage/index.ts'
import type { RecordNames } from '../adapter/record-names.ts'
import type { AssertionClaims } from './assertion-facts.ts'
import { LEEWAY_SECONDS } from './check-lifetime.ts'

/** The assertions that were redeemed, for as long as they are good, in the storage of all replicas. */
export interface UsedAssertions {
  has(claims: AssertionClaims): Promise<boolean>
  /** To be written together with the token: of several, one is. */
  writeOf(claims: AssertionClaims): Promise<Write>
}

const FORMAT = 1
/** For clocks of replicas that differ. */
const MARGIN_SECONDS = 600

export function createUsedAssertions(
  storage: Storage,
  names: RecordNames,
  clock: Clock,
): UsedAssertions {
  // A `jti` is unique within its issuer only (RFC 7519 §4.1.7).
  const keyOf = ({ iss, jti }: AssertionClaims): Promise<string> =>
    names.keyOf('identity-assertion', JSON.stringify([iss, jti]))
  return {
    has: async (claims) => (await storage.get(await keyOf(claims))) !== undefined,
    async writeOf(claims) {
      const left = Math.max(0, Math.ceil(claims.exp) - clock.now())
      return {
        kind: 'set',
        key: await keyOf(claims),
        value: formatRecord(FORMAT, {}),
        ttlSeconds: left + LEEWAY_SECONDS + MARGIN_SECONDS,
        if: 'absent',
      }
    },
  }
}
