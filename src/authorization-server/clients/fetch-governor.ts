import { addressGroup } from '../../limits/index.ts'
import type { OpenRateLimit } from '../limits/index.ts'

/** May this document be fetched now? */
export type FetchPermit =
  | { readonly kind: 'go'; readonly done: () => void }
  | { readonly kind: 'wait'; readonly seconds: number }

/** Keeps strangers from having this server flood a host, or itself. */
export interface FetchGovernor {
  enter(host: string, address: string | undefined): Promise<FetchPermit>
}

const MINUTE_SECONDS = 60
const PER_HOST = 10
const PER_ADDRESS = 20
const AT_ONCE = 16

/**
 * Creates the limits: 10 fetches a minute from one host, 20 for one address of a client (its /64 for
 * IPv6), and 16 at once in this process.
 */
export function createFetchGovernor(open: OpenRateLimit): FetchGovernor {
  const hosts = open('document-hosts', { limit: PER_HOST, windowSeconds: MINUTE_SECONDS })
  const addresses = open('documents', { limit: PER_ADDRESS, windowSeconds: MINUTE_SECONDS })
  let running = 0
  return {
    async enter(host, address) {
      if (running >= AT_ONCE) return { kind: 'wait', seconds: 1 }
      const seconds = (await addresses.take(addressGroup(address))) || (await hosts.take(host))
      if (seconds > 0) return { kind: 'wait', seconds }
      // Others may have come in between.
      if (running >= AT_ONCE) return { kind: 'wait', seconds: 1 }
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
