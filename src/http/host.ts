import type { InboundRequest } from './inbound-request.ts'

// Host = uri-host [ ":" port ] (RFC 9110 §7.2): a registered name, an IPv4 or an IPv6 literal.
const HOST = /^([a-z0-9](?:[a-z0-9._-]{0,252}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i

/** A host field taken apart; the name in lower case. */
export interface Host {
  readonly hostname: string
  readonly port: string | undefined
}

/** Parses the value of a `Host` field, or `undefined` where it breaks the grammar. */
export function parseHost(value: string): Host | undefined {
  const [, hostname, port] = HOST.exec(value) ?? []
  if (hostname === undefined || Number(port ?? 0) > 65535) return undefined
  return { hostname: hostname.toLowerCase(), port }
}

/** Which hosts may be named: `undefined` is any well-formed one. */
export type AllowedHosts = readonly Host[] | undefined

/**
 * Whether the request names exactly one well-formed host that this server answers to.
 *
 * An entry without a port allows every port. This is what stops DNS rebinding of a server on a
 * loopback address: the browser sends the attacker's name.
 */
export function isHostAllowed(request: InboundRequest, allowed: AllowedHosts): boolean {
  const [value, second] = request.header('host')
  if (value === undefined || second !== undefined) return false
  const host = parseHost(value)
  if (host === undefined) return false
  return (
    allowed === undefined ||
    allowed.some(
      ({ hostname, port }) =>
        hostname === host.hostname && (port === undefined || port === host.port),
    )
  )
}
