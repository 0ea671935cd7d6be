import type { TokenEndpointGrantContext } from 'oidc-provider'
import type { RequestScope, RequestScopes } from '../adapter/request-scope.ts'
import {
  type ExtensionGrant,
  errorOf,
  type GrantDecision,
  type GrantErrors,
} from './extension-grant.ts'
import type { GrantHandler } from './redemption.ts'

export interface ExtensionOptions {
  readonly scopes: RequestScopes
  readonly errors: GrantErrors
}

/**
 * Makes a handler of a grant. The token is issued by `oidc-provider`'s own handler of client
 * credentials, which looks at proofs and describes the resource; whom it is for is put in where its
 * claims are written.
 *
 * @param issueToClient That handler.
 */
export function createExtensionHandler(
  grant: ExtensionGrant,
  issueToClient: GrantHandler,
  options: ExtensionOptions,
): GrantHandler {
  const { scopes, errors } = options
  return async (ctx) => {
    const scope = scopes.current()
    if (scope === undefined) throw new Error('a grant was asked for outside of a request')
    const outcome = await grant.decide(ctx)
    if (!outcome.ok) {
      const { reason, assertionIssuer } = outcome.refusal
      scope.refused = { reason, assertionIssuer }
      throw errorOf(outcome.refusal, errors)
    }
    await issue(ctx, outcome.value, { issueToClient, scope, errors })
  }
}

async function issue(
  ctx: TokenEndpointGrantContext,
  { granted, issuance, writes, answer, boundTo }: GrantDecision,
  {
    issueToClient,
    scope,
    errors,
  }: {
    readonly issueToClient: GrantHandler
    readonly scope: RequestScope
    readonly errors: GrantErrors
  },
): Promise<void> {
  const { params } = ctx.oidc
  const own: Record<string, unknown> = params
  own['resource'] = granted.resource
  own['scope'] = granted.scopes.join(' ') || undefined
  scope.issuance = issuance
  try {
    await issueToClient(ctx)
  } finally {
    scope.issuance = undefined
  }
  if (boundTo !== undefined && ctx.oidc.entities.ClientCredentials?.jkt !== boundTo) {
    throw new errors.InvalidGrant('the grant is bound to a key that was not proved')
  }
  for (const write of writes) scope.unit?.writes.set(write.key, write)
  ctx.body = { ...(ctx.body as Readonly<Record<string, unknown>>), ...answer }
  scope.granted = granted
}
