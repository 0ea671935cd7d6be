import { requireKnownOptions, requireType } from '../options/index.ts'
import { loadLimiter, wholeSeconds } from './flexible.ts'
import { sharedKey } from './shared-key.ts'
import type { LimitStore } from './store.ts'

/** A pool of `pg`. */
export interface PostgresLimitsPool {
  readonly totalCount: number
  query(text: string): Promise<unknown>
}

export interface PostgresLimitsOptions {
  /** The table, a name of a–z, 0–9 and `_`; created where it is not there. @defaultValue `mcp_gatehouse_limits` */
  readonly table?: string | undefined
}

const OPTIONS: readonly string[] = ['table'] satisfies (keyof PostgresLimitsOptions)[]
const DEFAULT_TABLE = 'mcp_gatehouse_limits'
const TABLE = /^[a-z_][a-z0-9_]{0,54}$/

/**
 * Counts in PostgreSQL, for any number of processes, by `rate-limiter-flexible`: one statement for
 * each limit of each request, so that it is for hundreds of requests a second; Redis is for more.
 *
 * The pool keeps its settings and is not closed. Windows go by the clocks of the processes. Counts
 * that ended an hour ago are deleted every five minutes.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` or `ERR_CONFIG_OPTION_UNKNOWN`
 */
export function postgresLimits(
  pool: PostgresLimitsPool,
  options: PostgresLimitsOptions = {},
): LimitStore {
  requireKnownOptions(options, OPTIONS, 'postgresLimits')
  requireType(typeof pool?.query === 'function', 'postgresLimits', 'a pool of pg')
  const { table = DEFAULT_TABLE } = options
  requireType(TABLE.test(table), 'table', 'a name of a–z, 0–9 and _')
  const common = { storeClient: pool, storeType: 'pool', tableName: table, keyPrefix: 'limits' }
  let created: Promise<void> | undefined

  /** Once for all rules; where it fails, the next request tries again. */
  async function createTable(): Promise<void> {
    const { RateLimiterPostgres } = await loadLimiter()
    await new Promise<void>((resolve, reject) => {
      const onceCreated = (error?: Error): void => (error ? reject(error) : resolve())
      return new RateLimiterPostgres({ ...common, points: 1, duration: 1 }, onceCreated)
    })
  }

  async function ready(): Promise<void> {
    created ??= createTable()
    try {
      await created
    } catch (error) {
      created = undefined
      throw error
    }
  }

  return {
    name: 'postgres',
    ready,
    open(rule) {
      const opened = loadLimiter().then(
        ({ RateLimiterPostgres }) =>
          new RateLimiterPostgres({
            ...common,
            points: rule.limit,
            duration: rule.windowSeconds,
            tableCreated: true,
            clearExpiredByTimeout: false,
          }),
      )
      opened.catch(() => undefined)
      return {
        async count(key, times) {
          const [limiter] = await Promise.all([opened, ready()])
          const { consumedPoints, msBeforeNext } = await limiter.penalty(
            await sharedKey(rule, key),
            times,
          )
          return { used: consumedPoints, resetSeconds: wholeSeconds(msBeforeNext) }
        },
      }
    },
  }
}
