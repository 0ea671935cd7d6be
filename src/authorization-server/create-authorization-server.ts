import { createPages } from '../pages/index.ts'
import { importPeer } from '../runtime/index.ts'
import type { Approvals, AuthorizationServer } from './authorization-server.ts'
import { type Clients, createClients } from './clients/index.ts'
import { createRequestFacts } from './http/request-facts.ts'
import { type ApprovalRecords, createApprovalRecords } from './interaction/approvals.ts'
import { createFormTokens } from './interaction/form-tokens.ts'
import { createSteps } from './interaction/steps.ts'
import { createListener, type ListenerParts } from './listener.ts'
import {
  type CreateAuthorizationServerOptions,
  parseOptions,
  type Settings,
} from './options/index.ts'
import { createProviderSource, type ProviderSource } from './provider/provider-source.ts'
import { createRenderError } from './provider/render-error.ts'
import { createSignInParts, type SignInParts } from './sign-in.ts'
import { createTokenService } from './token-service.ts'
import { accountOf } from './upstream/account-id.ts'
import { createUserRecords } from './users.ts'

/**
 * Creates an authorization server for MCP clients in front of an identity provider that they cannot
 * talk to: `oidc-provider` with the defaults that MCP asks for, a consent page before the sign-in,
 * and tokens of its own that are bound to one resource.
 *
 * It does NOT listen, does NOT close the storage, and does NOT give clients the upstream's tokens.
 *
 * @throws {ConfigError} for every mistake in the options, and `ERR_CONFIG_PEER_MISSING` where
 *   `oidc-provider` is not installed
 *
 * @example
 * ```ts
 * const options = { issuer, resources, upstream, storage, keys }
 * const authorizationServer = await createAuthorizationServer(options)
 * app.use(authorizationServer.handler)
 * ```
 *
 * @see [RFC 6749](https://www.rfc-editor.org/rfc/rfc6749.html)
 * @see [RFC 8707](https://www.rfc-editor.org/rfc/rfc8707.html) for the binding to a resource
 */
export async function createAuthorizationServer(
  options: CreateAuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const settings = parseOptions(options)
  const { issuer, storage, lifetimes, clock, keys } = settings
  const module = await importPeer('oidc-provider', () => import('oidc-provider'))
  const records = createRecords(settings)
  const { users, approvals } = records
  const pages = await createPages(settings.pages)
  const signIn = createSignInParts(settings)
  const facts = createRequestFacts(settings.trustedProxyHops)
  const tokens = createTokenService({
    ...lifetimes,
    issuer,
    storage,
    signingKeys: keys.signing,
    tenant: issuer,
    clock,
    emit: settings.emit,
    errors: module.errors,
  })
  const clients = createClients(settings.clients, {
    storage,
    tenant: issuer,
    adapter: tokens.adapter,
    clock,
    emit: settings.emit,
    errors: module.errors,
    addressOf: facts.addressOf,
  })
  const source = createProviderSource(settings, module, {
    clients,
    tokens,
    users,
    renderError: createRenderError(pages, facts.correlationIdOf),
  })
  await source.current()
  return {
    issuer,
    handler: createListener({
      settings,
      source,
      pages,
      ...records,
      facts,
      forms: createFormTokens(keys.cookies),
      signIn: signIn.method,
      clients,
      endpoints: createEndpoints(clients, source, signIn),
    }),
    verifier: tokens.verifier,
    revocations: tokens.revocations,
    upstreamToken: signIn.upstreamToken,
    approvals: createApprovals(approvals, source, issuer),
    close: async () => undefined,
  }
}

/**
 * What is kept of users and their answers. As everything that is stored it is of one issuer: what
 * another has given out over the same store is unknown here.
 */
function createRecords({
  issuer,
  storage,
  lifetimes,
  clock,
}: Settings): Pick<ListenerParts, 'approvals' | 'steps' | 'users'> {
  const rememberSeconds = lifetimes.refreshAbsoluteSeconds + lifetimes.sessionSeconds
  return {
    users: createUserRecords(storage, issuer, rememberSeconds),
    approvals: createApprovalRecords(storage, issuer, rememberSeconds, () => clock.now()),
    steps: createSteps(storage, issuer, lifetimes.interactionSeconds),
  }
}

/** Registrations are checked before `oidc-provider` makes a client of them. */
function createEndpoints(
  { handleRegistration }: Clients,
  source: ProviderSource,
  { callback }: SignInParts,
): ListenerParts['endpoints'] {
  return {
    ...(callback && { callback }),
    ...(handleRegistration && {
      registration: ({ provider, req, res }) =>
        handleRegistration(req, res, (checked, answer) => source.handle(provider, checked, answer)),
    }),
  }
}

function createApprovals(
  records: ApprovalRecords,
  source: ProviderSource,
  issuer: string,
): Approvals {
  return {
    async list(principal) {
      const accountId = accountOf(principal, issuer)
      return accountId === undefined ? [] : records.list(accountId)
    },
    async revoke(principal, id) {
      const accountId = accountOf(principal, issuer)
      const grantIds = accountId === undefined ? undefined : await records.remove(accountId, id)
      if (grantIds === undefined) return false
      const provider = await source.current()
      for (const grantId of grantIds) {
        await provider.RefreshToken.revokeByGrantId(grantId)
        await provider.AuthorizationCode.revokeByGrantId(grantId)
        await (await provider.Grant.find(grantId))?.destroy()
      }
      return true
    },
  }
}
