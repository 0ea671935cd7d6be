import type { InboundRequest } from './inbound-request.ts'

// An address as proxies write it: IPv4 with an optional port, IPv6 bare or in brackets with one.
const IPV4 = /^(\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/
const IPV6 = /^(?:\[([0-9a-f:.]{2,45})\](?::\d{1,5})?|([0-9a-f:.]{2,45}))$/i

/**
 * The address of the client, seen through a known number of reverse proxies.
 *
 * `X-Forwarded-For` is read from the right, where our own proxies write; what stands to the left
 * of them came from outside and is never believed. Without trusted hops the field is not read.
 *
 * @param hops How many reverse proxies stand in front of this process.
 * @returns `undefined` when the platform names no peer, or the entry is no address.
 */
export function clientAddress(
  request: Pick<InboundRequest, 'header' | 'peer'>,
  hops: number,
): string | undefined {
  if (hops === 0) return request.peer
  const entries = request.header('x-forwarded-for').join(',').split(',')
  return parseAddress(entries.at(-hops)?.trim() ?? '') ?? request.peer
}

function parseAddress(entry: string): string | undefined {
  const v4 = IPV4.exec(entry)?.[1]
  if (v4 !== undefined) return v4.split('.').every((part) => Number(part) <= 255) ? v4 : undefined
  const v6 = IPV6.exec(entry)
  return v6?.[1] ?? (v6?.[2]?.includes(':') === true ? v6[2] : undefined)
}
