import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What an address leads to, as far as it matters here. */
export type AddressKind = 'public' | 'loopback' | 'special'

/**
 * Tells the addresses of the public Internet from all others (RFC 6890 and its registries, for
 * IPv6 everything outside of 2000::/3 too), and from those that carry an IPv4 address inside
 * (mapped, translated, 6to4, Teredo, ISATAP), whatever that address is.
 *
 * @param address As `node:dns` and `URL#hostname` write it, without brackets; a zone, another
 *   spelling and what is no address are `special`.
 */
export function classifyAddress(address: string): AddressKind {
  if (isIP(address) === 0 || address.includes('%')) return 'special'
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range === 'loopback') return 'loopback'
  if (range !== 'unicast') return 'special'
  if (parsed.kind() === 'ipv4') return 'public'
  const [first = 0, , , , fifth = 0, sixth] = (parsed as ipaddr.IPv6).parts
  const isGlobal = (first & 0xe000) === 0x2000
  // ISATAP interface identifiers carry an IPv4 address (RFC 5214 §6.1).
  const isIsatap = (fifth & 0xfdff) === 0 && sixth === 0x5efe
  return isGlobal && !isIsatap ? 'public' : 'special'
}
