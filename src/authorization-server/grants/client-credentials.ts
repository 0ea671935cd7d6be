import { type AccessByClient, accessOf, CLIENT_CREDENTIALS } from '../clients/index.ts'
import { type ExtensionGrant, refuseGrant } from './extension-grant.ts'
import { chooseResource, chooseScopes } from './requested-access.ts'

export interface ClientCredentialsOptions {
  readonly clients: AccessByClient
  /** The identifier of a resource as it is configured. */
  readonly findResource: (identifier: string) => string | undefined
}

/**
 * Creates the grant of clients that act for themselves: those of the configuration, for what it says
 * that they may have. There is no refresh token (RFC 6749 §4.4.3).
 */
export function createClientCredentialsGrant({
  clients,
  findResource,
}: ClientCredentialsOptions): ExtensionGrant {
  return {
    grantType: CLIENT_CREDENTIALS,
    parameters: ['resource', 'scope'],
    async decide({ oidc: { client, params } }) {
      const { scopes } = accessOf(clients, client.clientId)
      if (scopes.size === 0) {
        return refuseGrant(
          'unauthorized_client',
          'client',
          'only a client of the configuration of this server can act for itself',
        )
      }
      const resource = chooseResource(params['resource'], [...scopes.keys()], findResource)
      if (!resource.ok) return resource
      const chosen = chooseScopes(params['scope'], scopes.get(resource.value) ?? [])
      if (!chosen.ok) return chosen
      const granted = {
        subject: undefined,
        resource: resource.value,
        scopes: chosen.value,
        assertionIssuer: undefined,
      }
      return { ok: true, value: { granted, issuance: undefined, writes: [] } }
    },
  }
}
