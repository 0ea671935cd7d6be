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
>

/** What is asked of the claims of each issuer's tokens. */
export function parseIssuers(
  options: ClaimOptions,
  servers: readonly AuthorizationServerOptions[],
  resource: string,
): ReadonlyMap<string, IssuerSettings> {
  const shared = requireStrings(options.audience, 'audience')
  const limits = {
    singleAudience: options.singleAudience ?? false,
    leewaySeconds: requireNumber(options.leewaySeconds, [0, 300], 'leewaySeconds', 30),
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
  }
  return new Map(
    servers.map((server) => {
      const { audience, clientsWithoutAudience, otherAudiences, mapClaims, requestScopes } = server
      const own = requireStrings(audience, 'audience')
      const others = requireStrings(otherAudiences, 'otherAudiences')
      const audiences = new Set([...resourceSpellings(resource), ...shared, ...own])
      const rules = {
        ...limits,
        audiences,
        otherAudiences: new Set(others),
        clientsWithoutAudience: new Set(clientsWithoutAudience),
      }
      return [tokenIssuerOf(server), { rules, mapClaims, requestScopes }]
    }),
  )
}

/** An empty path may be written as a slash; no other spelling of a resource is accepted. */
function resourceSpellings(resource: string): readonly string[] {
  return new URL(resource).origin === resource ? [resource, `${resource}/`] : [resource]
}
