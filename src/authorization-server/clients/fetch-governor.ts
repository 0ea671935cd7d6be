import { addressGroup } from '../../outbound/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { createRateLimit } from './rate-limit.ts'

/** May this document be fetched now? */
export type FetchPermit =
  | { readonly kind: 'go'; readonly done: () => void }
  | { readonly kind: 'wait'; readonly seconds: number }

/** Keeps strangers from having this server flood a host, or itself. */
export interface FetchGovernor {
  enter(host: string, address: string | undefined): FetchPermit
}

const MINUTE_SECONDS = 60
const PER_HOST = 10
const PER_ADDRESS = 20
const AT_ONCE = 16

/**
 * Creates the limits of one process: 10 fetches a minute from one host, 20 for one address of a
 * client (its /64 for IPv6), 16 at once.
 */
export function createFetchGovernor(clock: Clock): FetchGovernor {
  const hosts = createRateLimit(PER_HOST, MINUTE_SECONDS, clock)
  const addresses = createRateLimit(PER_ADDRESS, MINUTE_SECONDS, clock)
  let running = 0
  return {
    enter(host, address) {
      if (running >= AT_ONCE) return { kind: 'wait', seconds: 1 }
      const seconds = addresses.take(addressGroup(address ?? '')) || hosts.take(host)
      if (seconds > 0) return { kind: 'wait', seconds }
      running += 1
      return {
        kind: 'go',
        done() {
          running -= 1
        },
      }
    },
  }
}
