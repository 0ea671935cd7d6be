import { requireKnownOptions, requireNumber, requireType } from '../options/index.ts'

/** So many within a window that begins with the first of them. */
export interface RateWindow {
  /** 1 to 1,000,000,000. */
  readonly limit: number
  /** 1 to 86,400. */
  readonly windowSeconds: number
}

/** How often something may happen: `'600/minute'`, or with a window of its own. */
export type Rate = `${number}/${'second' | 'minute' | 'hour' | 'day'}` | RateWindow

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3_600,
  day: 86_400,
}
const MAX_LIMIT = 1_000_000_000
const DAY_SECONDS = 86_400
const TEXT = /^(\d{1,10})\/(second|minute|hour|day)$/

/** @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` or `ERR_CONFIG_NUMBER_RANGE` */
export function parseRate(rate: Rate, path: string): RateWindow {
  const given: unknown = rate
  if (typeof given === 'string') {
    const [, count = '', unit = ''] = TEXT.exec(given) ?? []
    const windowSeconds = UNIT_SECONDS[unit]
    requireType(windowSeconds !== undefined, path, "a rate such as '600/minute'")
    return { limit: requireLimit(Number(count), path), windowSeconds: windowSeconds as number }
  }
  requireType(typeof given === 'object' && given !== null, path, "a rate such as '600/minute'")
  const { limit, windowSeconds } = given as RateWindow
  requireKnownOptions(given as object, ['limit', 'windowSeconds'], path)
  return {
    limit: requireLimit(limit, `${path}.limit`),
    windowSeconds: requireGiven(windowSeconds, [1, DAY_SECONDS], `${path}.windowSeconds`),
  }
}

function requireLimit(limit: number, path: string): number {
  return requireGiven(limit, [1, MAX_LIMIT], path)
}

/** Zero and nothing are no limits: what nobody may do is for the policy to say. */
function requireGiven(
  value: number,
  range: readonly [minimum: number, maximum: number],
  path: string,
): number {
  return requireNumber(value ?? Number.NaN, range, path, 0)
}
