import ipaddr from 'ipaddr.js'

const PRIVATE_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal'])
/** RFC 6761, RFC 6762, RFC 9476 and what Kubernetes gives services. */
const PRIVATE_NAME = /^[^.]+$|\.(?:local|localhost|internal|svc|test|home\.arpa|cluster\.local)$/

/** Whether a host of a URL is, by its name or address, one of a network of one's own. */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(bare)) return PRIVATE_RANGES.has(ipaddr.process(bare).range())
  return PRIVATE_NAME.test(hostname)
}
