import { createPages } from '../pages/index.ts'
import { importPeer } from '../runtime/index.ts'
import type { Approvals, AuthorizationServer } from './authorization-server.ts'
import { type BoundTokens, type Clients, createClients } from './clients/index.ts'
import { createRequestFacts } from './http/request-facts.ts'
import { type ApprovalRecords, createApprovalRecords } from './interaction/approvals.ts'
import { createFormTokens } from './interaction/form-tokens.ts'
import { createSteps } from './interaction/steps.ts'
import { type AuthorizationServerHandler, createListener, type ListenerParts } from './listener.ts'
import {
  type CreateAuthorizationServerOptions,
  parseOptions,
  type Settings,
} from './options/index.ts'
import { createProviderSource, type ProviderSource } from './provider/provider-source.ts'
import { createRenderError } from './provider/render-error.ts'
import { createSignInParts, type SignInParts } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { createTokenService, type TokenService } from './token-service.ts'
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
  const parts = await createParts(settings)
  const { clients, tokens, approvals, source, signIn } = parts
  const { revocations } = tokens
  // Keys that are missing are a mistake of the configuration, and not of the first request.
  await source.current()
  return {
    issuer: settings.issuer,
    handler: createHandler(settings, parts),
    verifier: tokens.verifier,
    revocations,
    upstreamToken: signIn.upstreamToken,
    approvals: createApprovals(approvals, source, settings.issuer),
    signOut: createSignOut({ ...settings, ...parts, revocations }),
    initialAccessTokens: clients.initialAccessTokens,
    warmUp: signIn.warmUp,
    close: async () => undefined,
  }
}

/** What the server is made of. */
interface ServerParts
  extends Pick<ListenerParts, 'approvals' | 'facts' | 'pages' | 'source' | 'steps' | 'users'> {
  readonly clients: Clients
  readonly tokens: TokenService
  readonly signIn: SignInParts
}

async function createParts(settings: Settings): Promise<ServerParts> {
  const { issuer, storage, lifetimes, clock, keys } = settings
  const module = await importPeer('oidc-provider', () => import('oidc-provider'))
  const records = createRecords(settings)
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
    requireProofs: settings.dpop?.required ?? false,
    errors: module.errors,
  })
  const clients = createClients(settings.clients, {
    storage,
    tenant: issuer,
    adapter: tokens.adapter,
    clock,
    emit: settings.emit,
    boundTokens: boundTokensOf(settings),
    errors: module.errors,
    addressOf: facts.addressOf,
  })
  const source = createProviderSource(settings, module, {
    clients,
    tokens,
    users: records.users,
    renderError: createRenderError(pages, facts.correlationIdOf),
  })
  return { ...records, pages, signIn, facts, tokens, clients, source }
}

function boundTokensOf({ dpop }: Settings): BoundTokens {
  if (dpop === undefined) return 'never'
  return dpop.required ? 'required' : 'offered'
}

function createHandler(settings: Settings, parts: ServerParts): AuthorizationServerHandler {
  const { source, pages, users, approvals, steps, facts, signIn, clients, tokens } = parts
  return createListener({
    settings,
    source,
    pages,
    users,
    approvals,
    steps,
    revocations: tokens.revocations,
    facts,
    forms: createFormTokens(settings.keys.cookies),
    signIn: signIn.method,
    clients,
    endpoints: createEndpoints(clients, source, signIn),
  })
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
