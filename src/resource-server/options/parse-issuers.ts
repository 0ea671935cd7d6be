import { requireNumber, requireStrings } from '../../options/index.ts'
import type { AuthorizationServerOptions, ResourceServerOptions } from './options.ts'
import { tokenIssuerOf } from './parse-authorization-server.ts'
import type { IssuerSettings } from './settings.ts'

const ONE_YEAR_SECONDS = 31_536_000

/** The options about claims that hold for every issuer. */
export type ClaimOptions = Pick<
  ResourceServerOptions,
  | 'audience'
  | 'singleAudience'
  | 'leewaySeconds'
  | 'maxTokenLifetimeSeconds'
  | 'maxTokenAgeSeconds'
  | 'requireSubject'
  | 'dpop'
>

/**
 * What is asked of the claims of each issuer's tokens.
 *
 * @param ownIssuers Those that the verifier is itself; it has limited the lifetime of what it issued.
 */
export function parseIssuers(
  options: ClaimOptions,
  servers: readonly AuthorizationServerOptions[],
  resource: string,
  ownIssuers: readonly string[],
): ReadonlyMap<string, IssuerSettings> {
  const shared = requireStrings(options.audience, 'audience')
  const limits = {
    singleAudience: options.singleAudience ?? false,
    leewaySeconds: parseLeeway(options),
    maxTokenLifetimeSeconds: requireNumber(
      options.maxTokenLifetimeSeconds,
      [1, ONE_YEAR_SECONDS],
      'maxTokenLifetimeSeconds',
    ),
    maxTokenAgeSeconds: requireNumber(
      options.maxTokenAgeSeconds,
      [1, ONE_YEAR_SECONDS],
      'maxTokenAgeSeconds',
    ),
    requireSubject: options.requireSubject ?? false,
    acceptsBoundTokens: options.dpop !== undefined,
  }
  const ofServers = servers.map((server) => {
    const { audience, clientsWithoutAudience, otherAudiences, mapClaims, requestScopes } = server
    const own = requireStrings(audience, 'audience')
    const others = requireStrings(otherAudiences, 'otherAudiences')
    const rules = {
      ...limits,
      audiences: new Set([...resourceSpellings(resource), ...shared, ...own]),
      otherAudiences: new Set(others),
      clientsWithoutAudience: new Set(clientsWithoutAudience),
    }
    return [tokenIssuerOf(server), { rules, mapClaims, requestScopes }] as const
  })
  const ofVerifier = ownIssuers.map((issuer) => {
    const rules = {
      ...limits,
      maxTokenLifetimeSeconds: undefined,
      maxTokenAgeSeconds: undefined,
      audiences: new Set(resourceSpellings(resource)),
      otherAudiences: new Set<string>(),
      clientsWithoutAudience: new Set<string>(),
    }
    return [issuer, { rules, mapClaims: undefined, requestScopes: undefined }] as const
  })
  return new Map([...ofServers, ...ofVerifier])
}

export function parseLeeway({ leewaySeconds }: Pick<ClaimOptions, 'leewaySeconds'>): number {
  return requireNumber(leewaySeconds, [0, 300], 'leewaySeconds', 30)
}

/** An empty path may be written as a slash; no other spelling of a resource is accepted. */
function resourceSpellings(resource: string): readonly string[] {
  return new URL(resource).origin === resource ? [resource, `${resource}/`] : [resource]
}
