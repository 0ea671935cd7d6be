import { CLIENT_CREDENTIALS, parseClientAccess, TOKEN_EXCHANGE } from '../clients/index.ts'
import { createIdentityAssertionGrant } from '../identity-assertions/identity-assertion-grant.ts'
import { createUsedAssertions } from '../identity-assertions/used-assertions.ts'
import type { Settings } from '../options/index.ts'
import { findResource } from '../provider/resource-indicators.ts'
import { createTokenExchangeGrant } from '../token-exchange/token-exchange-grant.ts'
import type { TokenService } from '../token-service.ts'
import type { UserRecords } from '../users.ts'
import { createClientCredentialsGrant } from './client-credentials.ts'
import type { ExtensionGrant } from './extension-grant.ts'

/** What grants are decided with, beside the settings. */
export interface ExtensionGrantParts {
  readonly tokens: TokenService
  readonly users: UserRecords
}

/**
 * Creates the grants that the configuration has a use for: what no client may do is not offered.
 *
 * @throws {ConfigError} `ERR_CONFIG_CLIENT`
 */
export function createExtensionGrants(
  settings: Settings,
  parts: ExtensionGrantParts,
): readonly ExtensionGrant[] {
  const { clients, resources, lifetimes, clock } = settings
  const { clients: configured = [] } = clients
  const options = {
    clients: parseClientAccess(configured, resources),
    findResource: (identifier: string) => findResource(resources, identifier)?.identifier,
  }
  const isUsed = (grantType: string): boolean =>
    configured.some(({ grantTypes = [] }) => grantTypes.includes(grantType))
  return [
    ...(isUsed(CLIENT_CREDENTIALS) ? [createClientCredentialsGrant(options)] : []),
    ...(isUsed(TOKEN_EXCHANGE)
      ? [
          createTokenExchangeGrant({
            ...options,
            verifier: parts.tokens.verifier,
            accessTokenSeconds: lifetimes.accessTokenSeconds,
            clock,
          }),
        ]
      : []),
    ...createIdentityAssertions(settings, parts),
  ]
}

function createIdentityAssertions(
  { identityAssertions, issuer, resources, upstreams, lifetimes, clock, storage }: Settings,
  { tokens, users }: ExtensionGrantParts,
): readonly ExtensionGrant[] {
  if (identityAssertions === undefined) return []
  return [
    createIdentityAssertionGrant({
      settings: identityAssertions,
      ownIssuer: issuer,
      resources,
      users,
      upstreams,
      used: createUsedAssertions(storage, tokens.names, clock),
      revocations: tokens.revocations,
      accessTokenSeconds: lifetimes.accessTokenSeconds,
      clock,
    }),
  ]
}
