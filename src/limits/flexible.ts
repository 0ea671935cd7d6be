import type { RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible'
import { importPeer } from '../runtime/index.ts'

/** What is used of `rate-limiter-flexible`. */
interface LimiterModule {
  readonly RateLimiterPostgres: typeof RateLimiterPostgres
  readonly RateLimiterRedis: typeof RateLimiterRedis
}

/** @throws {ConfigError} `ERR_CONFIG_PEER_MISSING` */
export function loadLimiter(): Promise<LimiterModule> {
  return importPeer<LimiterModule>('rate-limiter-flexible', () => import('rate-limiter-flexible'))
}

export function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000))
}
