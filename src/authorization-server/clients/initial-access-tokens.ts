import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import {
  configError,
  requireKnownOptions,
  requireList,
  requireNumber,
} from '../../options/index.ts'
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
  /** From 1 to 31,536,000 (a year). */
  readonly ttlSeconds: number
  /** Grant types beyond those with a user, such as `client_credentials`. @defaultValue none */
  readonly grantTypes?: readonly string[] | undefined
}

/** Tokens that allow registrations (RFC 7591 §3), made while the server runs. */
export interface InitialAccessTokens {
  /**
   * Makes a token. It is told once, and kept as its hash. Anybody who has it can use it again.
   *
   * @throws {ConfigError} `ERR_CONFIG_NUMBER_RANGE`, `ERR_CONFIG_OPTION_UNKNOWN`,
   *   `ERR_CONFIG_OPTION_TYPE`
   */
  issue(options: IssueInitialAccessToken): Promise<string>
  /**
   * Ends a token that was issued. Clients that have registered with it stay.
   *
   * @returns Whether there was one; `false` for those of the configuration too.
   */
  revoke(token: string): Promise<boolean>
}

/** The same as the registration endpoint works with them. */
export interface InitialAccessTokenRecords extends InitialAccessTokens {
  find(token: string): Promise<InitialAccess | undefined>
}

const FORMAT = 1
const TOKEN_BYTES = 32
const YEAR_SECONDS = 31_536_000

/**
 * Creates the initial access tokens of a tenant: those of the configuration, compared by their
 * hashes in constant time, and those in storage, found by theirs.
 */
export function createInitialAccessTokens(
  configured: readonly InitialAccessTokenOptions[],
  storage: Storage,
  tenant: string | undefined,
  clock: Clock,
): InitialAccessTokenRecords {
  const known = configured.map((token) => ({ ...token, digest: Buffer.from(token.sha256, 'hex') }))
  const keyOf = (digest: Buffer): Promise<string> =>
    recordKey('initial-access-token', tenant, digest.toString('hex'))
  return {
    async issue(options) {
      const { ttlSeconds, grantTypes } = parseIssue(options)
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      const value = formatRecord(FORMAT, { grantTypes })
      await storage.set(await keyOf(digestOf(token)), value, { ttlSeconds })
      return token
    },
    revoke: async (token) => (await storage.take(await keyOf(digestOf(token)))) !== undefined,
    async find(token) {
      const digest = digestOf(token)
      const match = known.find((candidate) => timingSafeEqual(candidate.digest, digest))
      if (match !== undefined) {
        const isExpired = match.expiresAt !== undefined && match.expiresAt <= clock.now()
        return isExpired ? undefined : { grantTypes: match.grantTypes ?? [] }
      }
      const record = await storage.get(await keyOf(digest))
      if (record === undefined) return undefined
      return parseRecord(record.value, FORMAT, 'Initial access token', ({ grantTypes }) =>
        isStringList(grantTypes) ? { grantTypes } : undefined,
      )
    },
  }
}

/** A token that is never to end would be one of the configuration. */
function parseIssue(options: IssueInitialAccessToken): Required<IssueInitialAccessToken> {
  requireKnownOptions(options, ['ttlSeconds', 'grantTypes'], 'initialAccessTokens.issue')
  const ttlSeconds = requireNumber(options.ttlSeconds, [1, YEAR_SECONDS], 'ttlSeconds')
  if (ttlSeconds === undefined) throw configError('ERR_CONFIG_OPTION_TYPE', 'ttlSeconds (a number)')
  return { ttlSeconds, grantTypes: requireList(options.grantTypes, 'grantTypes') }
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
