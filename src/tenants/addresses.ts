import { parseHost } from '../http/index.ts'
import { configError, isTenantId, requireIssuer } from '../options/index.ts'

/** Where tenants are: which issuer each one has, and whose a request is. */
export interface Addresses {
  readonly issuerOf: (id: string) => string
  /** The tenant with this issuer identifier. */
  readonly tenantOf: (issuer: string) => string | undefined
  /**
   * Whose a request is, by its host or its path as received. The result is the id of a tenant that
   * could be, and need not exist.
   */
  readonly locate: (hosts: readonly string[], path: string) => string | undefined
}

const PLACE = '{tenant}'
/** In front of the path of an issuer or resource (RFC 8414 §3.1, RFC 9728 §3.1). */
const WELL_KNOWN = /^\/\.well-known\/[^/]+/

/**
 * Reads the pattern of issuers: `{tenant}` is the first label of the host, or a whole segment of the
 * path.
 *
 * @throws {ConfigError} `ERR_CONFIG_ISSUER_INVALID`, `ERR_CONFIG_NOT_HTTPS` and others of an issuer
 */
export function parseAddresses(pattern: unknown, allowInsecureLoopback: boolean): Addresses {
  const [before, after, more] = typeof pattern === 'string' ? pattern.split(PLACE) : []
  if (before === undefined || after === undefined || more !== undefined) throw faultyPattern()
  const isInHost = before.endsWith('://') && after.startsWith('.')
  const isInPath = /^https?:\/\/[^/]+\/(?:.*\/)?$/.test(before) && /^(?:\/|$)/.test(after)
  if (!isInHost && !isInPath) throw faultyPattern()
  const issuerOf = (id: string): string => `${before}${id}${after}`
  const example = new URL(requireIssuer(issuerOf('tenant'), allowInsecureLoopback, 'issuer'))
  return {
    issuerOf,
    tenantOf(issuer) {
      const id = issuer.slice(before.length, issuer.length - after.length)
      return isTenantId(id) && issuerOf(id) === issuer ? id : undefined
    },
    locate: isInHost ? byHost(example.hostname.slice('tenant'.length)) : byPath(before),
  }
}

function byHost(domain: string): Addresses['locate'] {
  return ([value = '', second]) => {
    const { hostname = '' } = parseHost(value) ?? {}
    if (second !== undefined || !hostname.endsWith(domain)) return undefined
    const id = hostname.slice(0, -domain.length)
    return isTenantId(id) ? id : undefined
  }
}

function byPath(before: string): Addresses['locate'] {
  const { pathname } = new URL(before)
  return (_hosts, path) => {
    const below = path.replace(WELL_KNOWN, '')
    if (!below.startsWith(pathname)) return undefined
    const [id] = below.slice(pathname.length).split('/', 1)
    return isTenantId(id) ? id : undefined
  }
}

function faultyPattern(): Error {
  const subject = `issuer (with ${PLACE} as the first label of the host, or a segment of the path)`
  return configError('ERR_CONFIG_ISSUER_INVALID', subject)
}
