/**
 * How much somebody may do: limits of resource servers, and the stores that limits are counted in.
 *
 * @module
 */
export { createLimits } from './create-limits.ts'
export { type MemoryLimitsOptions, memoryLimits } from './memory.ts'
export type { Limits } from './open-limits.ts'
export type { LimitsOptions, ToolLimits } from './options.ts'
export {
  type PostgresLimitsOptions,
  type PostgresLimitsPool,
  postgresLimits,
} from './postgres.ts'
export type { Rate, RateWindow } from './rate.ts'
export { type RedisLimitsClient, type RedisLimitsOptions, redisLimits } from './redis.ts'
export type { Counted, LimitCounter, LimitRule, LimitStore } from './store.ts'
