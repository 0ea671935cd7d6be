export {
  type ClientLimitSettings,
  countFailures,
  createClientLimit,
  type WithClientLimit,
} from './client-limit.ts'
export type { ServerLimitsOptions } from './options.ts'
export { type LimitSettings, parseLimits } from './parse-limits.ts'
export {
  createServerLimits,
  type OpenRateLimit,
  type RateLimit,
  type ServerLimits,
} from './server-limits.ts'
