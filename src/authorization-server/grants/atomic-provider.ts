import type { default as Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { CLIENT_CREDENTIALS } from '../clients/index.ts'
import type { WithClientLimit } from '../limits/index.ts'
import { type AuditedGrantOptions, withAudit } from './audited-grants.ts'
import type { ExtensionGrant } from './extension-grant.ts'
import { createExtensionHandler, type ExtensionOptions } from './extension-handlers.ts'
import { createAtomicHandler, createRefreshHandler } from './grant-handlers.ts'
import { type GrantedMeanings, withMeanings } from './granted-meanings.ts'
import { type ProofOptions, withProofs } from './proofs.ts'
import type { GrantHandler, RedemptionOptions } from './redemption.ts'
import { type RevokedGrantOptions, withRevocations } from './revoked-grants.ts'

export interface AtomicGrantOptions
  extends RedemptionOptions,
    RevokedGrantOptions,
    ProofOptions,
    ExtensionOptions,
    AuditedGrantOptions {
  readonly meanings: GrantedMeanings
  /** Need the feature `clientCredentials` of `oidc-provider`. */
  readonly extensions: readonly ExtensionGrant[]
  /** @defaultValue unlimited */
  readonly withClientLimit?: WithClientLimit | undefined
  readonly errors: ProofOptions['errors'] &
    ExtensionOptions['errors'] &
    AuditedGrantOptions['errors']
}

type Names = string | readonly string[] | ReadonlySet<string>

/**
 * The class of `oidc-provider` whose grants are redeemed atomically. It wraps the handlers as they
 * are registered, its own ones too; they run after the client has been authenticated. Grants of
 * users who were revoked are refused, and whatever is bound to another key.
 */
export function withAtomicGrants(
  Base: typeof Provider,
  options: AtomicGrantOptions,
): typeof Provider {
  const {
    extensions,
    withClientLimit = (unlimited) => unlimited,
    errors: { UnauthorizedClient },
  } = options
  let issueToClient: GrantHandler | undefined

  class AtomicProvider extends Base {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>,
      params?: Names,
      duplicates?: Names,
    ): void {
      if (name === CLIENT_CREDENTIALS) issueToClient ??= handler as GrantHandler
      const create = name === 'refresh_token' ? createRefreshHandler : createAtomicHandler
      const proven = withProofs(handler as GrantHandler, options)
      const known = withMeanings(withRevocations(proven, options), options.meanings, options.errors)
      const atomic = create(known, options)
      super.registerGrantType(name, withClientLimit(withAudit(atomic, options)), params, duplicates)
    }
  }

  return class extends AtomicProvider {
    constructor(...given: ConstructorParameters<typeof Provider>) {
      super(...given)
      // The handlers of `oidc-provider` are there when it is made.
      if (issueToClient === undefined || extensions.length === 0) return
      // Whoever may use it is configured, however they have come to be a client.
      this.registerGrantType(CLIENT_CREDENTIALS, () => {
        throw new UnauthorizedClient('no client of this server acts for itself')
      })
      for (const grant of extensions) {
        const handler = createExtensionHandler(grant, issueToClient, options)
        this.registerGrantType(grant.grantType, handler, grant.parameters)
      }
    }
  }
}
