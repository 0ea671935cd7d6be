import { formatRecord, recordKey } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'

/** A logout token by who has made it: a `jti` is unique within its issuer only (RFC 7519 §4.1.7). */
export interface LogoutTokenName {
  readonly issuer: string
  readonly jti: string
}

/** The logout tokens that were used, in the storage of all replicas. */
export interface UsedLogoutTokens {
  /** @returns Whether this is the first time. */
  use(name: LogoutTokenName, ttlSeconds: number): Promise<boolean>
  /** For a token that nothing came of: the upstream may send it again. */
  forget(name: LogoutTokenName): Promise<void>
}

const FORMAT = 1
/** For clocks of replicas that differ. */
const MARGIN_SECONDS = 600

export function createUsedLogoutTokens(
  storage: Storage,
  tenant: string | undefined,
): UsedLogoutTokens {
  const keyOf = ({ issuer, jti }: LogoutTokenName): Promise<string> =>
    recordKey('logout-token', tenant, `${issuer}\n${jti}`)
  return {
    use: async (name, ttlSeconds) =>
      storage.set(await keyOf(name), formatRecord(FORMAT, {}), {
        ttlSeconds: ttlSeconds + MARGIN_SECONDS,
        ifAbsent: true,
      }),
    async forget(name) {
      await storage.take(await keyOf(name))
    },
  }
}
