import type { Configuration, errors, Provider } from 'oidc-provider'
import { checkRedirectUri, matchesRedirectUri } from '../../oauth/index.ts'
import { EXTRA_FIELDS } from './client-metadata.ts'
import { isListOfStrings } from './raw-values.ts'

type ExtraMetadata = NonNullable<Configuration['extraClientMetadata']>

/**
 * The last look at every client before it is used, wherever it comes from: the configuration, a
 * document, a registration, or a record that somebody has changed in the storage.
 */
export function createClientCheck(
  privateUseSchemes: ReadonlySet<string>,
  { InvalidClientMetadata }: Pick<typeof errors, 'InvalidClientMetadata'>,
): ExtraMetadata {
  return {
    properties: [...EXTRA_FIELDS],
    validator(_ctx, key, _value, metadata) {
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
