import type { errors, default as Provider, TokenEndpointGrantContext } from 'oidc-provider'
import { addressGroup } from '../../limits/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { GrantHandler } from '../grants/redemption.ts'
import type { RequestFacts } from '../http/request-facts.ts'
import type { ServerLimits } from './server-limits.ts'

/** What {@link createClientLimit} works with. */
export interface ClientLimitSettings {
  readonly limits: ServerLimits
  readonly facts: RequestFacts
  readonly errors: Pick<typeof errors, 'CustomOIDCProviderError'>
  readonly clock: Clock
  readonly emit: Emit
}

/** Limits clients in front of a grant handler, where they have been authenticated. */
export type WithClientLimit = (handler: GrantHandler) => GrantHandler

const DESCRIPTION = 'there were too many requests; try again later'

export function createClientLimit(settings: ClientLimitSettings): WithClientLimit {
  const { limits, facts, clock, emit } = settings
  const { countClient } = limits
  if (countClient === undefined) return (handler) => handler
  return (handler) => async (ctx) => {
    const address = facts.addressOf(ctx.req)
    const exceeded = await countClient(keyOf(ctx, address))
    if (exceeded === undefined) return handler(ctx)
    const clientId = ctx.oidc.client?.clientId
    emit({
      type: 'authorization_server.limited',
      correlationId: facts.correlationIdOf(ctx.req),
      at: clock.now(),
      endpoint: 'token',
      limit: exceeded.rule,
      ...(clientId !== undefined && { clientId }),
      address,
    })
    ctx.set({ ...exceeded.headers })
    const error = new settings.errors.CustomOIDCProviderError(
      'temporarily_unavailable',
      DESCRIPTION,
    )
    throw Object.assign(error, { status: 429, statusCode: 429 })
  }
}

/** Whoever knows the id of a public client could use up what its users have. */
function keyOf(
  { oidc: { client } }: TokenEndpointGrantContext,
  address: string | undefined,
): string {
  const isPublic = client?.clientAuthMethod === 'none'
  return JSON.stringify([client?.clientId ?? '', isPublic ? addressGroup(address) : null])
}

/** Errors that somebody gets who guesses. */
const FAILURES: ReadonlySet<string> = new Set(['invalid_client', 'invalid_grant'])

/** Has what `oidc-provider` refuses counted. */
export function countFailures(
  provider: Provider,
  { limits: { failures }, facts }: Pick<ClientLimitSettings, 'limits' | 'facts'>,
): void {
  if (failures === undefined) return
  const note = (ctx: { readonly req: object }, error: Error): void => {
    if (FAILURES.has(error.message)) failures.note(facts.addressOf(ctx.req))
  }
  provider.on('grant.error', note)
  provider.on('revocation.error', note)
  provider.on('introspection.error', note)
}
