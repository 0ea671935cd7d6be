import { parseUpstreamOptions, type UpstreamOptions } from '../../oauth-client/index.ts'
import { configError, requireKnownOptions, requireList, requireType } from '../../options/index.ts'
import { canonicalDomain } from '../upstream/email-domain.ts'
import type { CreateAuthorizationServerOptions, UpstreamRealmOptions } from './options.ts'
import type { RealmSettings, ResourceSettings } from './settings.ts'

const KNOWN_OPTIONS = [
  'upstream',
  'emailDomains',
  'resourceHosts',
  'label',
] satisfies (keyof UpstreamRealmOptions)[]
const MAX_LABEL = 80

/**
 * Checks where users sign in: one upstream, several, or none. Of several each can be reached, by an
 * e-mail domain, a resource or its label, and whatever decides does so for one of them only.
 *
 * @throws {ConfigError}
 */
export function parseUpstreams(
  {
    upstream,
    upstreams,
    users,
  }: Pick<CreateAuthorizationServerOptions, 'upstream' | 'upstreams' | 'users'>,
  resources: readonly ResourceSettings[],
): readonly RealmSettings[] {
  const given = Object.entries({ upstream, upstreams, users }).filter(([, value]) => value)
  if (given.length > 1) {
    const names = given.map(([name]) => name).join(' and ')
    throw configError('ERR_CONFIG_OPTIONS_CONFLICT', names)
  }
  if (upstream !== undefined) return [onlyRealm(upstream)]
  if (upstreams === undefined) return []
  const isList = Array.isArray(upstreams) && upstreams.length > 0
  requireType(isList, 'upstreams', 'an array of upstreams')
  const hosts = new Set(resources.map(({ identifier }) => new URL(identifier).host))
  const realms = upstreams.map((options, index) =>
    parseRealm(options, { path: `upstreams[${index}]`, hosts, isOnly: upstreams.length === 1 }),
  )
  requireDistinct(realms, ({ name }) => [name], 'upstream.name')
  requireDistinct(realms, ({ emailDomains }) => [...emailDomains], 'emailDomains')
  requireDistinct(realms, ({ resourceHosts }) => [...resourceHosts], 'resourceHosts')
  requireOneSubjectEach(realms)
  return realms
}

function onlyRealm(upstream: UpstreamOptions): RealmSettings {
  return {
    name: nameOf(upstream),
    upstream,
    path: 'upstream',
    label: undefined,
    emailDomains: new Set(),
    resourceHosts: new Set(),
  }
}

function parseRealm(
  options: UpstreamRealmOptions,
  {
    path,
    hosts,
    isOnly,
  }: { readonly path: string; readonly hosts: ReadonlySet<string>; readonly isOnly: boolean },
): RealmSettings {
  requireType(typeof options === 'object' && options !== null, path, 'an object')
  requireKnownOptions(options, KNOWN_OPTIONS, path)
  const { upstream, label, emailDomains, resourceHosts } = options
  requireType(typeof upstream === 'object' && upstream !== null, `${path}.upstream`, 'an object')
  const isLabel = typeof label === 'string' && label.trim() !== '' && label.length <= MAX_LABEL
  requireType(label === undefined || isLabel, `${path}.label`, `text of at most ${MAX_LABEL}`)
  const realm = {
    name: nameOf(upstream),
    upstream,
    path: `${path}.upstream`,
    label,
    emailDomains: parseDomains(emailDomains, `${path}.emailDomains`),
    resourceHosts: parseHosts(resourceHosts, hosts, `${path}.resourceHosts`),
  }
  const isReachable =
    isOnly || label !== undefined || realm.emailDomains.size + realm.resourceHosts.size > 0
  requireType(isReachable, path, 'an upstream with emailDomains, resourceHosts or a label')
  return realm
}

function nameOf({ name = 'upstream' }: UpstreamOptions): string {
  return name
}

function parseDomains(domains: readonly string[] | undefined, path: string): ReadonlySet<string> {
  return new Set(
    requireList(domains, path).map((domain, index) => {
      const canonical = canonicalDomain(domain)
      requireType(canonical !== undefined, `${path}[${index}]`, 'a domain such as acme.example')
      return canonical ?? ''
    }),
  )
}

/** A host of no resource is a mistake that would send nobody anywhere. */
function parseHosts(
  given: readonly string[] | undefined,
  hosts: ReadonlySet<string>,
  path: string,
): ReadonlySet<string> {
  const names = requireList(given, path)
  for (const [index, name] of names.entries()) {
    requireType(hosts.has(name), `${path}[${index}]`, `one of ${[...hosts].join(', ')}`)
  }
  return new Set(names)
}

function requireDistinct(
  realms: readonly RealmSettings[],
  valuesOf: (realm: RealmSettings) => readonly string[],
  option: string,
): void {
  const owners = new Map<string, number>()
  for (const [index, realm] of realms.entries()) {
    for (const value of valuesOf(realm)) {
      const owner = owners.get(value)
      if (owner !== undefined) {
        const subject = `upstreams[${owner}].${option} and upstreams[${index}].${option} (${value})`
        throw configError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
      }
      owners.set(value, index)
    }
  }
}

/** Accounts are of an issuer and a subject: of one issuer a subject has to be the same everywhere. */
function requireOneSubjectEach(realms: readonly RealmSettings[]): void {
  const known = new Map<string, readonly [number, string]>()
  for (const [index, { upstream, path }] of realms.entries()) {
    const { issuer, kind, subjectClaim } = parseUpstreamOptions(upstream, path)
    const meaning = `${kind} ${subjectClaim}`
    const [first, before] = known.get(issuer) ?? [index, meaning]
    if (before !== meaning) {
      const subject = `upstreams[${first}] and upstreams[${index}] (issuer ${issuer})`
      throw configError('ERR_CONFIG_OPTIONS_CONFLICT', subject)
    }
    known.set(issuer, [first, meaning])
  }
}
