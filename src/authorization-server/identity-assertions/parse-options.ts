import { DEFAULT_CLAIM_NAMES, PROTECTED_CLAIMS } from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import {
  configError,
  requireIssuer,
  requireKnownOptions,
  requireList,
  requireNotUnset,
  requireNumber,
  requireScopes,
  requireSecureUrl,
  requireType,
} from '../../options/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { ASYMMETRIC_ALGORITHMS } from '../../verifiers/index.ts'
import { createAssertionVerifier } from './assertion-verifier.ts'
import type { AssertionIssuerOptions, IdentityAssertionOptions } from './options.ts'
import type { AssertionIssuer, IdentityAssertionSettings } from './settings.ts'

const OPTIONS: readonly string[] = [
  'issuers',
  'maxLifetimeSeconds',
  'encryptionKeys',
  'fetch',
] satisfies (keyof IdentityAssertionOptions)[]
const ISSUER_OPTIONS: readonly string[] = [
  'issuer',
  'metadataUrl',
  'jwksUri',
  'algorithms',
  'clients',
  'resources',
  'tenant',
  'defaultScopes',
  'claims',
  'linkEmailDomains',
] satisfies (keyof AssertionIssuerOptions)[]
/** Options without which more is allowed. */
const LIMITS = ['algorithms', 'clients', 'resources', 'tenant']
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/

/** What the options are read beside. */
export interface AssertionSurroundings {
  /** Identifiers as they are configured. */
  readonly resources: readonly string[]
  readonly allowInsecureLoopback: boolean
  readonly clock: Clock
  readonly emit: Emit
}

/**
 * Checks the options of identity assertions; `undefined` where there are none.
 *
 * @throws {ConfigError}
 */
export function parseIdentityAssertions(
  options: IdentityAssertionOptions | undefined,
  surroundings: AssertionSurroundings,
): IdentityAssertionSettings | undefined {
  if (options === undefined) return undefined
  const path = 'identityAssertions'
  requireType(typeof options === 'object' && options !== null, path, 'an object')
  requireKnownOptions(options, OPTIONS, path)
  const { issuers: given, encryptionKeys } = options
  const isList = Array.isArray(given) && given.length > 0
  requireType(isList, `${path}.issuers`, 'an array with at least one issuer')
  if (encryptionKeys !== undefined && encryptionKeys.use !== 'encryption') {
    throw configError('ERR_CONFIG_KEY_INVALID', `${path}.encryptionKeys`)
  }
  const issuers = new Map<string, AssertionIssuer>()
  for (const [index, issuer] of given.entries()) {
    const parsed = parseIssuer(issuer, `${path}.issuers[${index}]`, surroundings)
    if (issuers.has(parsed.issuer)) {
      throw configError('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.issuers[${index}].issuer (twice)`)
    }
    issuers.set(parsed.issuer, parsed)
  }
  const lifetime = options.maxLifetimeSeconds
  return {
    issuers,
    linksByEmail: [...issuers.values()].some(({ linkEmailDomains }) => linkEmailDomains.size > 0),
    maxLifetimeSeconds: requireNumber(lifetime, [10, 3_600], `${path}.maxLifetimeSeconds`, 600),
    encryptionKeys,
    verifier: createAssertionVerifier(options, surroundings),
  }
}

function parseIssuer(
  options: AssertionIssuerOptions,
  path: string,
  { resources, allowInsecureLoopback }: AssertionSurroundings,
): AssertionIssuer {
  requireType(typeof options === 'object' && options !== null, path, 'an object')
  requireKnownOptions(options, ISSUER_OPTIONS, path)
  requireNotUnset(options, LIMITS, `${path}.`)
  const { tenant, clients, claims = DEFAULT_CLAIM_NAMES } = options
  requireSecureUrl(options.metadataUrl, allowInsecureLoopback, `${path}.metadataUrl`)
  requireSecureUrl(options.jwksUri, allowInsecureLoopback, `${path}.jwksUri`)
  requireType(tenant === undefined || isText(tenant), `${path}.tenant`, 'a string')
  requireAlgorithms(options.algorithms, `${path}.algorithms`)
  const known = requireList(options.resources ?? resources, `${path}.resources`)
  const stranger = known.find((resource) => !resources.includes(resource))
  if (stranger !== undefined) {
    throw configError('ERR_CONFIG_RESOURCE_INVALID', `${path}.resources (${stranger})`)
  }
  const taken = Object.keys(claims).find((name) => PROTECTED_CLAIMS.has(name))
  if (taken !== undefined)
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', `${path}.claims.${taken}`)
  return {
    issuer: requireIssuer(options.issuer, allowInsecureLoopback, `${path}.issuer`),
    clients: clients === undefined ? undefined : new Set(requireList(clients, `${path}.clients`)),
    resources: new Set(known),
    tenant,
    defaultScopes: requireScopes(options.defaultScopes, `${path}.defaultScopes`),
    claims,
    linkEmailDomains: requireDomains(options.linkEmailDomains, `${path}.linkEmailDomains`),
  }
}

function requireAlgorithms(algorithms: readonly string[] | undefined, path: string): void {
  if (algorithms === undefined) return
  requireType(Array.isArray(algorithms) && algorithms.length > 0, path, 'an array')
  const wrong = algorithms.find((algorithm) => !ASYMMETRIC_ALGORITHMS.includes(algorithm))
  if (wrong !== undefined)
    throw configError('ERR_CONFIG_ALGORITHM_UNSUPPORTED', `${path} (${wrong})`)
}

function requireDomains(domains: readonly string[] | undefined, path: string): ReadonlySet<string> {
  const names = requireList(domains, path).map((domain) => domain.toLowerCase())
  const wrong = names.find((domain) => !DOMAIN.test(domain))
  if (wrong !== undefined) throw configError('ERR_CONFIG_CLIENT_DOMAIN', `${path} (${wrong})`)
  return new Set(names)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
