import type { IncomingMessage } from 'node:http'
import { clientAddress } from '../../http/index.ts'

/** What is known of the requests that are being handled. */
export interface RequestFacts {
  /** Reads them, before the fields of proxies are removed. */
  note(req: IncomingMessage, correlationId: string): void
  readonly correlationIdOf: (req: object) => string
  /** The client's address as far as it can be trusted. */
  readonly addressOf: (req: object) => string | undefined
}

/** @param hops How many reverse proxies stand in front of this process. */
export function createRequestFacts(hops: number): RequestFacts {
  const known = new WeakMap<
    object,
    { readonly correlationId: string; readonly address: string | undefined }
  >()
  return {
    note(req, correlationId) {
      const address = clientAddress(
        { header: (name) => req.headersDistinct[name] ?? [], peer: req.socket.remoteAddress },
        hops,
      )
      known.set(req, { correlationId, address })
    },
    correlationIdOf: (req) => known.get(req)?.correlationId ?? '',
    addressOf: (req) => known.get(req)?.address,
  }
}
