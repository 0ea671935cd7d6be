import { configError, requireKnownOptions, requireNumber, requireType } from '../options/index.ts'
import { createRuleTable, type RuleTable } from '../policy/index.ts'
import { memoryLimits } from './memory.ts'
import { type Limits, openLimits, type ParsedLimits, type ParsedToolLimits } from './open-limits.ts'
import type { LimitsOptions, ToolLimits } from './options.ts'
import { parseRate, type Rate, type RateWindow } from './rate.ts'
import type { LimitStore } from './store.ts'

const OPTIONS: readonly string[] = [
  'store',
  'perAddress',
  'failuresPerAddress',
  'perPrincipal',
  'perClient',
  'tools',
  'concurrentPerPrincipal',
  'outagePercent',
] satisfies (keyof LimitsOptions)[]
const TOOL_OPTIONS: readonly string[] = ['perPrincipal', 'overall'] satisfies (keyof ToolLimits)[]
const NO_LIMITS: readonly string[] = ['store', 'outagePercent'] satisfies (keyof LimitsOptions)[]

/**
 * Creates limits for `createResourceServer({ limits })`. Past one of them a request is answered 429
 * with `Retry-After`, `RateLimit` and `RateLimit-Policy`, and the client keeps its token.
 *
 * Windows are fixed: each begins with the first request in it. Every message of a batch counts, and
 * a batch that is larger than a limit never passes. Each resource has budgets of its own, also in a
 * store that several share.
 *
 * It does NOT limit who asks for the metadata, and does NOT stop a flood before it reaches this
 * process: that is for the proxy or network in front.
 *
 * @throws {ConfigError} for every mistake in the options, none of them being a limit included
 *
 * @example
 * ```ts
 * const limits = createLimits({ perAddress: '600/minute', perPrincipal: '120/minute' })
 * const gatehouse = createResourceServer({ resource, authorizationServers, limits })
 * ```
 *
 * @see draft-ietf-httpapi-ratelimit-headers for the fields
 */
export function createLimits(options: LimitsOptions): Limits {
  requireKnownOptions(options, OPTIONS, 'createLimits')
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const isEmpty = given.every(([name]) => NO_LIMITS.includes(name))
  requireType(!isEmpty, 'createLimits', 'an object with at least one limit')
  const store = parseStore(options.store, 'store')
  const parsed: ParsedLimits = {
    perAddress: parseOptionalRate(options.perAddress, 'perAddress'),
    failuresPerAddress: parseOptionalRate(options.failuresPerAddress, 'failuresPerAddress'),
    perPrincipal: parseOptionalRate(options.perPrincipal, 'perPrincipal'),
    perClient: parseOptionalRate(options.perClient, 'perClient'),
    tools: parseTools(options.tools),
    concurrentPerPrincipal: requireNumber(
      options.concurrentPerPrincipal,
      [1, 10_000],
      'concurrentPerPrincipal',
    ),
    outagePercent: parseOutagePercent(options.outagePercent),
  }
  return {
    ready: async () => store?.ready?.(),
    open: (context) => openLimits(parsed, store ?? memoryLimits({ clock: context.clock }), context),
  }
}

/** @throws {ConfigError} `ERR_CONFIG_OPTION_TYPE` */
export function parseStore(store: LimitStore | undefined, path: string): LimitStore | undefined {
  const isStore = store === undefined || typeof store?.open === 'function'
  requireType(isStore, path, 'memoryLimits(), redisLimits(client) or postgresLimits(pool)')
  return store
}

/** @throws {ConfigError} `ERR_CONFIG_NUMBER_RANGE` */
export function parseOutagePercent(percent: number | undefined): number {
  return requireNumber(percent, [1, 100], 'outagePercent', 25)
}

function parseOptionalRate(rate: Rate | undefined, path: string): RateWindow | undefined {
  return rate === undefined ? undefined : parseRate(rate, path)
}

function parseTools(tools: LimitsOptions['tools']): RuleTable<ParsedToolLimits> | undefined {
  if (tools === undefined) return undefined
  requireType(typeof tools === 'object' && tools !== null, 'tools', 'an object')
  const entries = Object.entries(tools).map(([key, limits]) => {
    const path = `tools[${JSON.stringify(key)}]`
    requireKnownOptions(limits, TOOL_OPTIONS, path)
    const perPrincipal = parseOptionalRate(limits.perPrincipal, `${path}.perPrincipal`)
    const overall = parseOptionalRate(limits.overall, `${path}.overall`)
    if (key === '') throw configError('ERR_CONFIG_POLICY_NAME', path)
    const isLimit = perPrincipal !== undefined || overall !== undefined
    requireType(isLimit, path, 'an object with perPrincipal or overall')
    return [key, { key, perPrincipal, overall }] as const
  })
  return createRuleTable(new Map(entries), 'glob', 'tools')
}
