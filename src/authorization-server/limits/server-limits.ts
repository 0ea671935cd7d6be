import {
  addressGroup,
  type Count,
  createCounter,
  createFailures,
  createOutage,
  type Exceeded,
  exceededOf,
  type Failures,
  memoryLimits,
  type RateWindow,
} from '../../limits/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Endpoint } from '../http/routes.ts'
import type { LimitSettings } from './parse-limits.ts'

/** How often something may happen per key. */
export interface RateLimit {
  /** Counts one time. @returns 0 where it is allowed, else after how many seconds it may be. */
  take(key: string): Promise<number>
}

/** Opens a limit of its own, under a name that no other has. */
export type OpenRateLimit = (name: string, rate: RateWindow) => RateLimit

/** The limits of one authorization server. Nothing of it fails but `ready`. */
export interface ServerLimits {
  readonly openRateLimit: OpenRateLimit
  /** Counts a request to an endpoint. */
  check(endpoint: Endpoint, address: string | undefined): Promise<Exceeded | undefined>
  /** What addresses have failed at; `undefined` where nothing counts. */
  readonly failures: Failures | undefined
  /** Counts a token request of a client; `undefined` where clients are not limited. */
  readonly countClient: ((key: string) => Promise<Exceeded | undefined>) | undefined
  /** Does ahead of the first request whatever the store needs. @throws {ConfigError} */
  ready(): Promise<void>
}

export interface ServerLimitsContext {
  readonly issuer: string
  readonly clock: Clock
  readonly emit: Emit
}

/** Where nothing is configured: strangers fill it with what they register and name. */
const MAX_KEYS = 10_000

const PAGES: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'authorization',
  'resume',
  'interaction',
  'callback',
])
const TOKEN_REQUESTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'token',
  'revocation',
  'introspection',
])

/** @param settings `undefined` leaves registrations and metadata documents limited, and no more. */
export function createServerLimits(
  settings: LimitSettings | undefined,
  { issuer, clock, emit }: ServerLimitsContext,
): ServerLimits {
  const store = settings?.store ?? memoryLimits({ clock, maxKeys: MAX_KEYS })
  const outage = createOutage(store.name, clock, emit)
  const outagePercent = settings?.outagePercent ?? 100
  const open = (name: string, rate: RateWindow): Count =>
    createCounter({ scope: issuer, name, ...rate }, { store, outage, outagePercent, clock })
  const openRateLimit: OpenRateLimit = (name, rate) => {
    const count = open(name, rate)
    return {
      take: async (key) => exceededOf([await count(key, 1)])?.retryAfterSeconds ?? 0,
    }
  }
  const ready = async (): Promise<void> => store.ready?.()
  if (settings === undefined) {
    return {
      openRateLimit,
      ready,
      check: async () => undefined,
      failures: undefined,
      countClient: undefined,
    }
  }

  const pages = open('pages', settings.pagesPerAddress)
  const tokenRequests = open('token-requests', settings.tokenRequestsPerAddress)
  const failures = createFailures(
    open('failures', settings.failuresPerAddress),
    addressGroup,
    clock,
  )
  const { tokenRequestsPerClient: perClient } = settings
  const clients = perClient && open('client', perClient)
  return {
    openRateLimit,
    ready,
    failures,
    countClient: clients && (async (key) => exceededOf([await clients(key, 1)])),
    async check(endpoint, address) {
      // A provider that signs many users out at once is no flood; guesses are.
      if (endpoint === 'backchannelLogout') return failures.exceededBy(address)
      if (PAGES.has(endpoint)) return exceededOf([await pages(addressGroup(address), 1)])
      if (!TOKEN_REQUESTS.has(endpoint)) return undefined
      return (
        failures.exceededBy(address) ?? exceededOf([await tokenRequests(addressGroup(address), 1)])
      )
    },
  }
}
