import type { Configuration, errors, Provider } from 'oidc-provider'
import { checkRedirectUri, matchesRedirectUri } from '../../oauth/index.ts'
import { EXTRA_FIELDS, type MetadataRules } from './client-metadata.ts'
import { isListOfStrings } from './raw-values.ts'

const BOUND_FIELD = 'dpop_bound_access_tokens'

type ExtraMetadata = NonNullable<Configuration['extraClientMetadata']>

/**
 * The last look at every client before it is used, wherever it comes from: the configuration, a
 * document, a registration, or a record that somebody has changed in the storage.
 */
export function createClientCheck(
  { boundTokens, privateUseSchemes }: Pick<MetadataRules, 'boundTokens' | 'privateUseSchemes'>,
  { InvalidClientMetadata }: Pick<typeof errors, 'InvalidClientMetadata'>,
): ExtraMetadata {
  return {
    // Known to `oidc-provider` itself where tokens can be bound; elsewhere it would be overlooked.
    properties: boundTokens === 'never' ? [...EXTRA_FIELDS, BOUND_FIELD] : [...EXTRA_FIELDS],
    validator(_ctx, key, value, metadata) {
      if (key === BOUND_FIELD && value === true) {
        throw new InvalidClientMetadata(`${BOUND_FIELD} is true, and this server binds no tokens`)
      }
      // Called once per property; the check is about the client as a whole.
      if (key !== EXTRA_FIELDS[0]) return
      // Clients register what they need first and ask for more later, which this would forbid.
      delete metadata.scope
      // Would be fetched, and nothing here needs it.
      delete metadata.sector_identifier_uri
      const uris: unknown = metadata.redirect_uris ?? []
      const isRight =
        isListOfStrings(uris, Infinity) &&
        uris.every((uri) => checkRedirectUri(uri, privateUseSchemes).kind !== 'refused')
      if (!isRight) throw new InvalidClientMetadata('redirect_uris has one that is not allowed')
    },
  }
}

/**
 * Has a provider compare redirect URIs by {@link matchesRedirectUri}, and refuse those that could not
 * be registered, whatever the record of the client says.
 */
export function applyRedirectRules(
  provider: Provider,
  privateUseSchemes: ReadonlySet<string>,
): void {
  provider.Client.prototype.redirectUriAllowed = function redirectUriAllowed(
    value: string,
  ): boolean {
    return (
      checkRedirectUri(value, privateUseSchemes).kind !== 'refused' &&
      (this.redirectUris ?? []).some((registered) => matchesRedirectUri(value, registered))
    )
  }
}
