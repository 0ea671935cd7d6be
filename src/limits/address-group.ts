import ipaddr from 'ipaddr.js'

/**
 * What counts as one party in limits: an IPv4 address, or the /64 of an IPv6 one, since whoever has
 * one address of a /64 has all of them. Mapped addresses are the IPv4 address inside; every
 * spelling of an address is the same party.
 *
 * @returns `unknown` for what is no address.
 */
export function addressGroup(address: string | undefined): string {
  const bare = address?.split('%', 1)[0] ?? ''
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return bare
  if (!ipaddr.IPv6.isValid(bare)) return 'unknown'
  const parsed = ipaddr.process(bare)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = (parsed as ipaddr.IPv6).parts.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
