import type { default as Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { createAtomicHandler, createRefreshHandler } from './grant-handlers.ts'
import { type ProofOptions, withProofs } from './proofs.ts'
import type { GrantHandler, RedemptionOptions } from './redemption.ts'
import { type RevokedGrantOptions, withRevocations } from './revoked-grants.ts'

type Names = string | readonly string[] | ReadonlySet<string>

/**
 * The class of `oidc-provider` whose grants are redeemed atomically. It wraps the handlers as they
 * are registered, its own ones too; they run after the client has been authenticated. Grants of
 * users who were revoked are refused, and whatever is bound to another key.
 */
export function withAtomicGrants(
  Base: typeof Provider,
  options: RedemptionOptions & RevokedGrantOptions & ProofOptions,
): typeof Provider {
  return class extends Base {
    override registerGrantType<Params extends object>(
      name: string,
      handler: (ctx: TokenEndpointGrantContext<Params>) => void | Promise<void>,
      params?: Names,
      duplicates?: Names,
    ): void {
      const create = name === 'refresh_token' ? createRefreshHandler : createAtomicHandler
      const proven = withProofs(handler as GrantHandler, options)
      const atomic = create(withRevocations(proven, options), options)
      super.registerGrantType(name, atomic, params, duplicates)
    }
  }
}
