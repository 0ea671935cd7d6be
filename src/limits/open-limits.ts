import type { Messages } from '../mcp/index.ts'
import type { Emit } from '../observability/index.ts'
import type { RuleTable } from '../policy/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Clock } from '../runtime/index.ts'
import { addressGroup } from './address-group.ts'
import { createConcurrency } from './concurrency.ts'
import { type Count, createCounter, type Verdict } from './counter.ts'
import { createFailures, type Failures } from './failures.ts'
import { createOutage } from './outage.ts'
import type { RateWindow } from './rate.ts'
import { type Exceeded, exceededOf, rateFields } from './rate-fields.ts'
import type { LimitStore } from './store.ts'

/** {@link ToolLimits}, checked. */
export interface ParsedToolLimits {
  readonly key: string
  readonly perPrincipal: RateWindow | undefined
  readonly overall: RateWindow | undefined
}

/** {@link LimitsOptions}, checked. */
export interface ParsedLimits {
  readonly perAddress: RateWindow | undefined
  readonly failuresPerAddress: RateWindow | undefined
  readonly perPrincipal: RateWindow | undefined
  readonly perClient: RateWindow | undefined
  readonly tools: RuleTable<ParsedToolLimits> | undefined
  readonly concurrentPerPrincipal: number | undefined
  readonly outagePercent: number
}

/** What limits are opened with. */
export interface LimitsContext {
  /** What is limited: the resource identifier. */
  readonly scope: string
  readonly clock: Clock
  readonly emit: Emit
}

/** Limits as `createLimits` makes them, to be given to a resource server. */
export interface Limits {
  /** For the resource server. */
  open(context: LimitsContext): OpenLimits
  /** Does ahead of the first request whatever the store needs. @throws where that does not work */
  ready(): Promise<void>
}

/** What a count came to: a limit that is reached, or the fields that say what is left. */
export type Outcome =
  | { readonly exceeded: Exceeded }
  | { readonly exceeded: undefined; readonly headers: Readonly<Record<string, string>> }

/** The limits of one resource server, at work. Nothing of it fails. */
export interface OpenLimits {
  /** Whether it has to know the messages of a request. */
  readonly readsMessages: boolean
  countAddress(address: string | undefined): Outcome | Promise<Outcome>
  /** `undefined` where failures do not count. */
  readonly failures: Failures | undefined
  /** Counts what an admitted caller asks for; a request without messages counts as one. */
  countCall(
    principal: Principal<unknown>,
    messages: Messages | undefined,
  ): Outcome | Promise<Outcome>
  /** @returns What to call when the request is over, however it ended. */
  enter(principal: Principal<unknown>): (() => void) | Exceeded
}

const NOTHING: Outcome = { exceeded: undefined, headers: {} }
const NO_RELEASE = (): void => undefined
/** Nobody knows when one of the others will be over. */
const TOO_MANY: Exceeded = {
  rule: 'concurrency',
  retryAfterSeconds: 1,
  headers: { 'Retry-After': '1' },
}
/** Those that count one caller alone: the others would tell how much somebody else does. */
const OWN = /^(?:address|principal)/

/** Opens the limits for one resource. */
export function openLimits(
  limits: ParsedLimits,
  store: LimitStore,
  { scope, clock, emit }: LimitsContext,
): OpenLimits {
  const { outagePercent } = limits
  const outage = createOutage(store.name, clock, emit)
  const open = (name: string, rate: RateWindow | undefined): Count | undefined =>
    rate && createCounter({ scope, name, ...rate }, { store, outage, outagePercent, clock })
  const perAddress = open('address', limits.perAddress)
  const failures = open('failures', limits.failuresPerAddress)
  const perPrincipal = open('principal', limits.perPrincipal)
  const perClient = open('client', limits.perClient)
  const tools = openTools(limits.tools, open)
  const most = limits.concurrentPerPrincipal
  const concurrency = most === undefined ? undefined : createConcurrency(most)
  const groupOf = createGrouping(clock, emit)

  return {
    readsMessages: [perPrincipal, perClient, tools].some((one) => one !== undefined),
    failures: failures && createFailures(failures, groupOf, clock),
    countAddress(address) {
      if (perAddress === undefined) return NOTHING
      const verdict = perAddress(groupOf(address), 1)
      return verdict instanceof Promise
        ? verdict.then((one) => outcomeOf([one]))
        : outcomeOf([verdict])
    },
    countCall(principal, messages) {
      const { id, issuer, clientId } = principal
      const times = Math.max(1, messages?.operations.length ?? 1)
      const verdicts = [
        perPrincipal?.(id, times),
        perClient?.(JSON.stringify([issuer, clientId ?? null]), times),
        ...(tools?.(id, messages) ?? []),
      ].filter((verdict) => verdict !== undefined)
      if (verdicts.length === 0) return NOTHING
      return verdicts.every(isMade)
        ? outcomeOf(verdicts)
        : Promise.all(verdicts.map(async (one) => one)).then(outcomeOf)
    },
    enter(principal) {
      if (concurrency === undefined) return NO_RELEASE
      return concurrency.enter(principal.id) ?? TOO_MANY
    },
  }
}

type CountTools = (
  principalId: string,
  messages: Messages | undefined,
) => readonly (Verdict | Promise<Verdict>)[]

interface ToolCounters {
  readonly perPrincipal: Count | undefined
  readonly overall: Count | undefined
}

/** One budget for each key: names are the caller's to choose, where a pattern matches them. */
function openTools(
  rules: ParsedLimits['tools'],
  open: (name: string, rate: RateWindow | undefined) => Count | undefined,
): CountTools | undefined {
  if (rules === undefined) return undefined
  const counters = new Map<string, ToolCounters>()
  for (const key of rules.keys) {
    const rule = rules.findListed(key)?.rule
    // A field takes printable ASCII only, and no quotes (RFC 9651 §3.3.3).
    const name = encodeURIComponent(key)
    counters.set(key, {
      perPrincipal: open(`principal-tool:${name}`, rule?.perPrincipal),
      overall: open(`tool:${name}`, rule?.overall),
    })
  }
  return (principalId, messages) => {
    const calls = new Map<string, number>()
    for (const { kind, name } of messages?.operations ?? []) {
      const key = kind === 'tool' ? rules.find(name)?.key : undefined
      if (key !== undefined) calls.set(key, (calls.get(key) ?? 0) + 1)
    }
    return [...calls].flatMap(([key, times]) => {
      const counter = counters.get(key)
      const both = [counter?.perPrincipal?.(principalId, times), counter?.overall?.('', times)]
      return both.filter((verdict) => verdict !== undefined)
    })
  }
}

function outcomeOf(verdicts: readonly Verdict[]): Outcome {
  const exceeded = exceededOf(verdicts)
  if (exceeded !== undefined) return { exceeded }
  const own = verdicts.filter(({ rule }) => OWN.test(rule.name))
  return { exceeded, headers: rateFields(own) }
}

function isMade(verdict: Verdict | Promise<Verdict>): verdict is Verdict {
  return !(verdict instanceof Promise)
}

/** Says once that addresses are not known: everybody then has one budget. */
function createGrouping(clock: Clock, emit: Emit): (address: string | undefined) => string {
  let isKnown = true
  return (address) => {
    const group = addressGroup(address)
    if (group === 'unknown' && isKnown) {
      isKnown = false
      const message =
        'limits: the platform does not tell the address of this client, so that all of them share one budget. Use an adapter for Node, or set trustedProxyHops where a reverse proxy writes X-Forwarded-For.'
      emit({ type: 'config.warning', at: clock.now(), message })
    }
    return group
  }
}
