import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  type Clock,
  formatRecord,
  isStringList,
  parseRecord,
  recordKey,
} from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { InitialAccessTokenOptions } from './options.ts'

/** What the holder of an initial access token may register. */
export interface InitialAccess {
  readonly grantTypes: readonly string[]
}

/** What a new initial access token allows. */
export interface IssueInitialAccessToken {
  /** At most a year. */
  readonly ttlSeconds: number
  /** Grant types beyond those with a user, such as `client_credentials`. @defaultValue none */
  readonly grantTypes?: readonly string[] | undefined
}

/** Tokens that allow registrations (RFC 7591 §3). */
export interface InitialAccessTokens {
  /** Makes a token; it is told once, and kept as its hash. Anybody who has it can use it again. */
  issue(options: IssueInitialAccessToken): Promise<string>
  find(token: string): Promise<InitialAccess | undefined>
}

const FORMAT = 1
const TOKEN_BYTES = 32

/**
 * Creates the initial access tokens of a tenant: those of the configuration, compared by their
 * hashes in constant time, and those in storage, found by theirs.
 */
export function createInitialAccessTokens(
  configured: readonly InitialAccessTokenOptions[],
  storage: Storage,
  tenant: string | undefined,
  clock: Clock,
): InitialAccessTokens {
  const known = configured.map((token) => ({ ...token, digest: Buffer.from(token.sha256, 'hex') }))
  return {
    async issue({ ttlSeconds, grantTypes = [] }) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const key = await recordKey('initial-access-token', tenant, digestOf(token).toString('hex'))
      await storage.set(key, formatRecord(FORMAT, { grantTypes }), { ttlSeconds })
      return token
    },
    async find(token) {
      const digest = digestOf(token)
      const match = known.find((candidate) => timingSafeEqual(candidate.digest, digest))
      if (match !== undefined) {
        const isExpired = match.expiresAt !== undefined && match.expiresAt <= clock.now()
        return isExpired ? undefined : { grantTypes: match.grantTypes ?? [] }
      }
      const key = await recordKey('initial-access-token', tenant, digest.toString('hex'))
      const record = await storage.get(key)
      if (record === undefined) return undefined
      return parseRecord(record.value, FORMAT, 'Initial access token', ({ grantTypes }) =>
        isStringList(grantTypes) ? { grantTypes } : undefined,
      )
    },
  }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
