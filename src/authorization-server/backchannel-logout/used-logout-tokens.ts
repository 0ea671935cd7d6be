import { formatRecord, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A logout token by who has made it: a `jti` is unique within its issuer only (RFC 7519 §4.1.7). */
export interface LogoutTokenName {
  readonly issuer: string
  readonly jti: string
}

/** The logout tokens that were used, in the storage of all replicas. */
export interface UsedLogoutTokens {
  /**
   * Takes a token in hand, for a minute: where the process or the store fails before the end, the
   * upstream may send it again then. @returns Whether nobody else has.
   */
  claim(name: LogoutTokenName): Promise<boolean>
  /** Notes that it was used. */
  use(name: LogoutTokenName, ttlSeconds: number): Promise<void>
  /** For a token that nothing came of: the upstream may send it again at once. */
  forget(name: LogoutTokenName): Promise<void>
}

const FORMAT = 1
/** Longer than a sign-out takes. */
const CLAIM_SECONDS = 60
/** For clocks of replicas that differ. */
const MARGIN_SECONDS = 600

export function createUsedLogoutTokens(
  storage: Storage,
  tenant: string | undefined,
): UsedLogoutTokens {
  const keyOf = ({ issuer, jti }: LogoutTokenName): Promise<string> =>
    recordKey('logout-token', tenant, `${issuer}\n${jti}`)
  return {
    claim: async (name) =>
      storage.set(await keyOf(name), formatRecord(FORMAT, {}), {
        ttlSeconds: CLAIM_SECONDS,
        ifAbsent: true,
      }),
    async use(name, ttlSeconds) {
      await storage.set(await keyOf(name), formatRecord(FORMAT, {}), {
        ttlSeconds: ttlSeconds + MARGIN_SECONDS,
      })
    },
    async forget(name) {
      await storage.take(await keyOf(name))
    },
  }
}
