import {
  type LimitStore,
  parseOutagePercent,
  parseRate,
  parseStore,
  type Rate,
  type RateWindow,
} from '../../limits/index.ts'
import { requireKnownOptions, requireType } from '../../options/index.ts'
import type { ServerLimitsOptions } from './options.ts'

/** {@link ServerLimitsOptions}, checked and completed. */
export interface LimitSettings {
  readonly store: LimitStore | undefined
  readonly pagesPerAddress: RateWindow
  readonly tokenRequestsPerAddress: RateWindow
  readonly tokenRequestsPerClient: RateWindow | undefined
  readonly failuresPerAddress: RateWindow
  readonly outagePercent: number
}

const OPTIONS: readonly string[] = [
  'store',
  'pagesPerAddress',
  'tokenRequestsPerAddress',
  'tokenRequestsPerClient',
  'failuresPerAddress',
  'outagePercent',
] satisfies (keyof ServerLimitsOptions)[]

/** @throws {ConfigError} */
export function parseLimits(options: ServerLimitsOptions | undefined): LimitSettings | undefined {
  if (options === undefined) return undefined
  requireType(typeof options === 'object' && options !== null, 'limits', 'an object')
  requireKnownOptions(options, OPTIONS, 'limits')
  const rate = (name: keyof typeof DEFAULTS): RateWindow =>
    parseRate(options[name] ?? DEFAULTS[name], `limits.${name}`)
  const { tokenRequestsPerClient } = options
  return {
    store: parseStore(options.store, 'limits.store'),
    pagesPerAddress: rate('pagesPerAddress'),
    tokenRequestsPerAddress: rate('tokenRequestsPerAddress'),
    tokenRequestsPerClient:
      tokenRequestsPerClient === undefined
        ? undefined
        : parseRate(tokenRequestsPerClient, 'limits.tokenRequestsPerClient'),
    failuresPerAddress: rate('failuresPerAddress'),
    outagePercent: parseOutagePercent(options.outagePercent),
  }
}

const DEFAULTS = {
  pagesPerAddress: '120/minute',
  tokenRequestsPerAddress: '300/minute',
  failuresPerAddress: '30/minute',
} as const satisfies Partial<Record<keyof ServerLimitsOptions, Rate>>
