import { createFormTokens } from '../browser/index.ts'
import { createPages } from '../pages/index.ts'
import { importPeer } from '../runtime/index.ts'
import { type ApprovalsByAccount, createApprovalsByAccount } from './approvals-by-account.ts'
import type { Approvals, AuthorizationServer } from './authorization-server.ts'
import { createBackchannelLogout } from './backchannel-logout/handle-logout.ts'
import { type BoundTokens, type Clients, createClients } from './clients/index.ts'
import { createBrowserIdentity } from './first-party/browser-identity.ts'
import { createFirstPartySignIns } from './first-party/first-party-sign-ins.ts'
import { createExtensionGrants } from './grants/extension-grants.ts'
import { createRequestFacts } from './http/request-facts.ts'
import { createApprovalRecords } from './interaction/approvals.ts'
import { createSteps } from './interaction/steps.ts'
import { createClientLimit, createServerLimits } from './limits/index.ts'
import { type AuthorizationServerHandler, createListener, type ListenerParts } from './listener.ts'
import {
  type CreateAuthorizationServerOptions,
  parseOptions,
  type Settings,
} from './options/index.ts'
import { createProviderSource } from './provider/provider-source.ts'
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
  const byAccount = createApprovalsByAccount(approvals, source, settings)
  const signOut = createSignOut({ ...settings, ...parts, revocations })
  return {
    ...createBrowserIdentity({ ...parts, settings, approvals: byAccount, signOut, revocations }),
    handler: createHandler(settings, parts),
    verifier: tokens.verifier,
    revocations,
    upstreamToken: signIn.upstreamToken,
    approvals: createApprovals(byAccount, settings.issuer),
    signOut,
    initialAccessTokens: clients.initialAccessTokens,
    warmUp: signIn.warmUp,
    close: async () => undefined,
  }
}

/** What the server is made of. */
interface ServerParts
  extends Pick<
    ListenerParts,
    'approvals' | 'facts' | 'firstParty' | 'limits' | 'pages' | 'source' | 'steps' | 'users'
  > {
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
  const limits = createServerLimits(settings.limits, settings)
  await limits.ready()
  const tokens = createTokenService({
    ...lifetimes,
    issuer,
    storage,
    signingKeys: keys.signing,
    tenant: issuer,
    clock,
    emit: settings.emit,
    requireAudit: settings.requireAudit,
    correlationIdOf: facts.correlationIdOf,
    scopeDigestOf: settings.scopeMeanings.digestOf,
    requireProofs: settings.dpop?.required ?? false,
    errors: module.errors,
    withClientLimit: createClientLimit({ ...settings, limits, facts, errors: module.errors }),
  })
  const clients = createClients(settings.clients, {
    storage,
    tenant: issuer,
    adapter: tokens.adapter,
    clock,
    emit: settings.emit,
    boundTokens: boundTokensOf(settings),
    takesIdentityAssertions: settings.identityAssertions !== undefined,
    openRateLimit: limits.openRateLimit,
    errors: module.errors,
    addressOf: facts.addressOf,
  })
  const source = createProviderSource(settings, module, {
    clients,
    tokens,
    users: records.users,
    extensions: createExtensionGrants(settings, { tokens, users: records.users }),
    limits,
    facts,
    renderError: createRenderError(pages, facts.correlationIdOf),
  })
  return { ...records, pages, signIn, facts, limits, tokens, clients, source }
}

function boundTokensOf({ dpop }: Settings): BoundTokens {
  if (dpop === undefined) return 'never'
  return dpop.required ? 'required' : 'offered'
}

function createHandler(settings: Settings, parts: ServerParts): AuthorizationServerHandler {
  const { signIn, clients, tokens, source, ...rest } = parts
  return createListener({
    ...rest,
    settings,
    source,
    revocations: tokens.revocations,
    meanings: tokens.meanings,
    forms: createFormTokens(settings.keys.cookies),
    signIn: signIn.method,
    clients,
    endpoints: createEndpoints(settings, parts),
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
  identityAssertions,
}: Settings): Pick<ListenerParts, 'approvals' | 'firstParty' | 'steps' | 'users'> {
  const rememberSeconds = lifetimes.refreshAbsoluteSeconds + lifetimes.sessionSeconds
  return {
    users: createUserRecords(storage, issuer, {
      ttlSeconds: rememberSeconds,
      findsByEmail: identityAssertions?.linksByEmail ?? false,
    }),
    approvals: createApprovalRecords(storage, issuer, rememberSeconds, () => clock.now()),
    firstParty: createFirstPartySignIns(storage, issuer, lifetimes.interactionSeconds),
    steps: createSteps(storage, issuer, lifetimes.interactionSeconds),
  }
}

/** Registrations are checked before `oidc-provider` makes a client of them. */
function createEndpoints(settings: Settings, parts: ServerParts): ListenerParts['endpoints'] {
  const { clients, source, signIn, tokens, limits, facts } = parts
  const { handleRegistration } = clients
  const { revocations } = tokens
  return {
    ...(signIn.atUpstreams && {
      callback: signIn.atUpstreams.callback,
      backchannelLogout: createBackchannelLogout({
        ...settings,
        ...signIn.atUpstreams,
        signOut: createSignOut({ ...settings, ...parts, revocations }),
        noteFailure: (req) => limits.failures?.note(facts.addressOf(req)),
      }),
    }),
    ...(handleRegistration && {
      registration: ({ provider, req, res }) =>
        handleRegistration(req, res, (checked, answer) => source.handle(provider, checked, answer)),
    }),
  }
}

function createApprovals(byAccount: ApprovalsByAccount, issuer: string): Approvals {
  return {
    list: async (principal) => byAccount.list(accountOf(principal, issuer)),
    revoke: async (principal, id) => byAccount.revoke(accountOf(principal, issuer), id),
  }
}
