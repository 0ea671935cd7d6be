import type { UpstreamExchange } from '../connections/exchanged/index.ts'
import { runWithRequest } from '../context/index.ts'
import type { FindCredentials } from './call-credentials.ts'
import type { Admitted } from './upstream-headers.ts'

/** Creates what swaps the token of each caller for one that is meant for the upstream. */
export function createExchangeCredentials(
  exchange: UpstreamExchange,
  header: string,
): FindCredentials {
  const sent = new WeakMap<Admitted, string>()
  return async (admitted, isRefused) => {
    const { current, principal } = admitted.passage
    const refused = isRefused ? sent.get(admitted) : undefined
    const token = await runWithRequest(current, () => exchange(principal, refused))
    sent.set(admitted, token)
    return { [header]: header === 'authorization' ? `Bearer ${token}` : token }
  }
}
