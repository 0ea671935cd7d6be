import type { LimitStore, Rate } from '../../limits/index.ts'

/**
 * How much this server answers, beside registrations (`registration.maxPerHour`) and metadata
 * documents, which are always limited. `{}` is enough. An address is an IPv4 one or an IPv6 /64.
 */
export interface ServerLimitsOptions {
  /**
   * Where all limits are counted, those of registrations and metadata documents too: `redisLimits`,
   * `postgresLimits`. @defaultValue in memory, each process for itself
   */
  readonly store?: LimitStore | undefined
  /** Pages of one address: authorization requests, their forms, callbacks. @defaultValue `'120/minute'` */
  readonly pagesPerAddress?: Rate | undefined
  /** Requests of one address to token, revocation and introspection endpoint. @defaultValue `'300/minute'` */
  readonly tokenRequestsPerAddress?: Rate | undefined
  /**
   * Token requests of one client that has authenticated itself; of a public one, whose id everybody
   * knows, those of each address. @defaultValue unlimited
   */
  readonly tokenRequestsPerClient?: Rate | undefined
  /**
   * Client authentications, codes, refresh tokens and logout tokens of one address that were refused.
   * @defaultValue `'30/minute'`
   */
  readonly failuresPerAddress?: Rate | undefined
  /**
   * What part of each limit one process allows by itself while the store cannot be reached, 1 to
   * 100. @defaultValue 25
   */
  readonly outagePercent?: number | undefined
}
