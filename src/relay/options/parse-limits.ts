import {
  type LimitStore,
  parseOutagePercent,
  parseRate,
  parseStore,
  type RateWindow,
} from '../../limits/index.ts'
import { requireKnownOptions, requireType } from '../../options/index.ts'
import type { RelayLimitsOptions } from './options.ts'

/** {@link RelayLimitsOptions}, checked and completed. */
export interface LimitSettings {
  readonly store: LimitStore | undefined
  readonly pagesPerAddress: RateWindow
  readonly tokenRequestsPerAddress: RateWindow
  readonly outagePercent: number
}

const OPTIONS: readonly string[] = [
  'outagePercent',
  'pagesPerAddress',
  'store',
  'tokenRequestsPerAddress',
] satisfies (keyof RelayLimitsOptions)[]

/** @throws {ConfigError} */
export function parseLimits(options: RelayLimitsOptions | undefined): LimitSettings | undefined {
  if (options === undefined) return undefined
  requireType(typeof options === 'object' && options !== null, 'limits', 'an object')
  requireKnownOptions(options, OPTIONS, 'limits')
  const { store, pagesPerAddress = '120/minute', tokenRequestsPerAddress = '300/minute' } = options
  return {
    store: parseStore(store, 'limits.store'),
    pagesPerAddress: parseRate(pagesPerAddress, 'limits.pagesPerAddress'),
    tokenRequestsPerAddress: parseRate(tokenRequestsPerAddress, 'limits.tokenRequestsPerAddress'),
    outagePercent: parseOutagePercent(options.outagePercent),
  }
}
