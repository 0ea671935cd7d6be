/**
 * Names that stay inside a machine, a cluster or a company: RFC 6761 and 6762, those that ICANN
 * keeps free, and those of clouds and clusters.
 */
const INTERNAL_SUFFIXES: ReadonlySet<string> = new Set([
  'alt',
  'arpa',
  'cluster',
  'corp',
  'home',
  'internal',
  'intranet',
  'invalid',
  'lan',
  'local',
  'localdomain',
  'localhost',
  'mail',
  'onion',
  'private',
  'svc',
])

/**
 * Whether a name can be one of the public Internet: at least two labels, no empty one, none of the
 * suffixes that are used inside. Its addresses still have to be checked.
 *
 * @param hostname In lower case, as `URL#hostname` gives it.
 */
export function isPublicName(hostname: string): boolean {
  const labels = hostname.split('.')
  return labels.length > 1 && !labels.includes('') && !INTERNAL_SUFFIXES.has(labels.at(-1) ?? '')
}
