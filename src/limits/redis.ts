import { requireKnownOptions, requireType } from '../options/index.ts'
import { loadLimiter, wholeSeconds } from './flexible.ts'
import { sharedKey } from './shared-key.ts'
import type { LimitStore } from './store.ts'

/** A client of `ioredis`, `Redis` or `Cluster`. */
export interface RedisLimitsClient {
  readonly status: string
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void
}

export interface RedisLimitsOptions {
  /** What all keys begin with. @defaultValue `mcp-gatehouse:limits` */
  readonly prefix?: string | undefined
}

const OPTIONS: readonly string[] = ['prefix'] satisfies (keyof RedisLimitsOptions)[]
const DEFAULT_PREFIX = 'mcp-gatehouse:limits'

/**
 * Counts in Redis, for any number of processes, by `rate-limiter-flexible`.
 *
 * The client keeps its settings and is not closed. While it is not connected nothing waits for it:
 * each process counts for itself, see `outagePercent`.
 *
 * @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` or `ERR_CONFIG_OPTION_UNKNOWN`
 */
export function redisLimits(
  client: RedisLimitsClient,
  options: RedisLimitsOptions = {},
): LimitStore {
  requireKnownOptions(options, OPTIONS, 'redisLimits')
  const isClient = typeof client?.defineCommand === 'function'
  requireType(isClient, 'redisLimits', 'a client of ioredis')
  const { prefix = DEFAULT_PREFIX } = options
  return {
    name: 'redis',
    async ready() {
      await loadLimiter()
    },
    open(rule) {
      const opened = loadLimiter().then(
        ({ RateLimiterRedis }) =>
          new RateLimiterRedis({
            storeClient: client,
            keyPrefix: prefix,
            points: rule.limit,
            duration: rule.windowSeconds,
            rejectIfRedisNotReady: true,
          }),
      )
      opened.catch(() => undefined)
      return {
        async count(key, times) {
          const limiter = await opened
          // It counts as `consume` does, and rejects for errors only.
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
