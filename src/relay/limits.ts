import {
  addressGroup,
  type Count,
  createCounter,
  createOutage,
  type Exceeded,
  exceededOf,
  memoryLimits,
  type RateWindow,
} from '../limits/index.ts'
import type { RelaySettings } from './options/index.ts'
import type { Endpoint } from './routes.ts'

/** How much a relay answers one address, an IPv4 one or an IPv6 /64. */
export interface RelayLimits {
  /** Counts a request. @returns What it exceeds, if anything. */
  check(endpoint: Endpoint, address: string | undefined): Promise<Exceeded | undefined>
}

/** Strangers fill it. */
const MAX_KEYS = 10_000
const HOUR_SECONDS = 3_600
const PAGES: ReadonlySet<Endpoint> = new Set<Endpoint>(['authorization', 'callback', 'consent'])
const TOKEN_REQUESTS: ReadonlySet<Endpoint> = new Set<Endpoint>(['token', 'revocation'])

/** Registrations are always limited, everything else where `limits` says so. */
export function createRelayLimits(settings: RelaySettings): RelayLimits {
  const { issuer, clock, emit, limits, registrationsPerHour } = settings
  const store = limits?.store ?? memoryLimits({ clock, maxKeys: MAX_KEYS })
  const outage = createOutage(store.name, clock, emit)
  const outagePercent = limits?.outagePercent ?? 100
  const open = (name: string, rate: RateWindow): Count =>
    createCounter({ scope: issuer, name, ...rate }, { store, outage, outagePercent, clock })
  const perHour = { limit: registrationsPerHour, windowSeconds: HOUR_SECONDS }
  const registrations = open('relay-registrations', perHour)
  const pages = limits && open('relay-pages', limits.pagesPerAddress)
  const tokens = limits && open('relay-token-requests', limits.tokenRequestsPerAddress)

  function countOf(endpoint: Endpoint): Count | undefined {
    if (endpoint === 'registration') return registrations
    if (PAGES.has(endpoint)) return pages
    return TOKEN_REQUESTS.has(endpoint) ? tokens : undefined
  }

  return {
    async check(endpoint, address) {
      const count = countOf(endpoint)
      return count && exceededOf([await count(addressGroup(address), 1)])
    },
  }
}
