import { ConfigError } from '../../errors/index.ts'

const PATTERN = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/

/** Says whether documents of a host are trusted. */
export type DomainTrust = (hostname: string) => boolean

/**
 * Creates the trust policy by domain: a host name exactly, or `*.example.com` for all names below
 * `example.com` (which is not one of them). Names are in ASCII: a domain in other letters is written
 * with its `xn--` labels.
 *
 * @param patterns `undefined` trusts every domain.
 * @throws {ConfigError} `ERR_CONFIG_CLIENT_DOMAIN`
 * @see draft-ietf-oauth-client-id-metadata-document §6.3
 */
export function createDomainTrust(
  patterns: readonly string[] | undefined,
  path: string,
): DomainTrust {
  if (patterns === undefined) return () => true
  for (const [index, pattern] of patterns.entries()) {
    if (typeof pattern !== 'string' || !PATTERN.test(pattern)) {
      throw new ConfigError('ERR_CONFIG_CLIENT_DOMAIN', `${path}[${index}]`)
    }
  }
  const exact = new Set(patterns.filter((pattern) => !pattern.startsWith('*.')))
  const suffixes = patterns.filter((pattern) => pattern.startsWith('*.')).map((p) => p.slice(1))
  return (hostname) =>
    exact.has(hostname) ||
    suffixes.some((suffix) => hostname.length > suffix.length && hostname.endsWith(suffix))
}
