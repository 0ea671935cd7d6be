import type { Rate } from './rate.ts'
import type { LimitStore } from './store.ts'

/** Limits of one tool, or of all that a pattern matches together. */
export interface ToolLimits {
  /** Calls of one principal. @defaultValue unlimited */
  readonly perPrincipal?: Rate | undefined
  /** Calls of all callers together. @defaultValue unlimited */
  readonly overall?: Rate | undefined
}

/** Options of `createLimits`; at least one limit. */
export interface LimitsOptions {
  /** Where counts are kept: `redisLimits`, `postgresLimits`. @defaultValue `memoryLimits()` */
  readonly store?: LimitStore | undefined
  /**
   * Requests of one address, an IPv4 one or an IPv6 /64, before anything of them is verified. Where
   * the platform names no address, all callers share one budget. @defaultValue unlimited
   */
  readonly perAddress?: Rate | undefined
  /**
   * Tokens and proofs of one address that were refused; one that has only expired does not count.
   * Past it, only tokens that were verified before get further. @defaultValue unlimited
   */
  readonly failuresPerAddress?: Rate | undefined
  /** Messages of one principal: issuer, tenant and subject, whatever the client. @defaultValue unlimited */
  readonly perPrincipal?: Rate | undefined
  /** Messages of one client of one issuer, of all its users together. @defaultValue unlimited */
  readonly perClient?: Rate | undefined
  /** By the name of the tool or a pattern with `*`, as in a policy; the most specific one counts. */
  readonly tools?: Readonly<Record<string, ToolLimits>> | undefined
  /**
   * Requests of one principal that are being handled at a time, in this process, 1 to 10,000. Those
   * that only wait for events have `maxStreamsPerPrincipal` instead. @defaultValue unlimited
   */
  readonly concurrentPerPrincipal?: number | undefined
  /**
   * What part of each limit one process allows by itself while the store cannot be reached, 1 to
   * 100. @defaultValue 25
   */
  readonly outagePercent?: number | undefined
}
