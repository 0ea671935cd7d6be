import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import type { AdapterFactory, Configuration, errors, Provider } from 'oidc-provider'
import type { Emit } from '../../observability/index.ts'
import { createGuardedFetch } from '../../outbound/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { OpenRateLimit } from '../limits/index.ts'
import { isClientDocumentUrl } from './client-document-url.ts'
import { type ClientDocuments, createClientDocuments } from './client-documents.ts'
import type { BoundTokens } from './client-metadata.ts'
import { applyRedirectRules, createClientCheck } from './client-policy.ts'
import { createDocumentFeature, createProviderFetch } from './document-feature.ts'
import { createDocumentRecords } from './document-records.ts'
import { withExpiringClients } from './expiring-clients.ts'
import { createFetchGovernor } from './fetch-governor.ts'
import {
  createInitialAccessTokens,
  type InitialAccessTokenRecords,
  type InitialAccessTokens,
} from './initial-access-tokens.ts'
import type { ClientsOptions } from './options.ts'
import {
  createRegistrationHandler,
  type HandleRegistration,
  type PendingRegistration,
} from './registration.ts'
import { createRegistrationRecords } from './registration-records.ts'
import { type ClientsSettings, parseClientsOptions } from './settings.ts'
import { parseStaticClients, type StaticClient } from './static-clients.ts'

type ProviderMetadata = NonNullable<Configuration['clients']>[number]

/** What the clients part needs of the server around it. */
export interface ClientsContext {
  readonly storage: Storage
  readonly tenant: string | undefined
  readonly adapter: AdapterFactory
  readonly clock: Clock
  readonly emit: Emit
  readonly boundTokens: BoundTokens
  /** @defaultValue `false` */
  readonly takesIdentityAssertions?: boolean
  readonly openRateLimit: OpenRateLimit
  readonly errors: Pick<typeof errors, 'CustomOIDCProviderError' | 'InvalidClientMetadata'>
  /** The address of a client as far as it can be trusted; `undefined` shares one limit. */
  readonly addressOf: (req: IncomingMessage) => string | undefined
}

/** Which clients get in: the part of an authorization server that knows its clients. */
export interface Clients {
  /** To be spread into the configuration of `oidc-provider`; `features` into its features. */
  readonly configuration: Required<
    Pick<
      Configuration,
      'adapter' | 'clientAuthMethods' | 'clients' | 'extraClientMetadata' | 'fetch'
    >
  >
  readonly features: Pick<
    NonNullable<Configuration['features']>,
    'clientIdMetadataDocument' | 'registration'
  >
  /** To be called with every provider that is made of this configuration. */
  attach(provider: Provider): void
  /** `undefined` where there is no registration. */
  readonly handleRegistration: HandleRegistration | undefined
  /** `undefined` where registration needs none. */
  readonly initialAccessTokens: InitialAccessTokens | undefined
  /**
   * Reads the document of a client, before the client is looked up outside of what `oidc-provider`
   * handles itself. `false` where it cannot be used; `true` for clients that have none.
   */
  readonly readDocument: (clientId: string, req: IncomingMessage) => Promise<boolean>
  /** To be called when a user has approved a client. */
  readonly noteApproval: (clientId: string) => Promise<void>
}

const HOUR_SECONDS = 60 * 60

/**
 * Creates the clients part of an authorization server.
 *
 * @throws {ConfigError} for options that are wrong, see {@link parseClientsOptions},
 *   {@link parseStaticClients} and {@link createGuardedFetch}
 */
export function createClients(options: ClientsOptions, context: ClientsContext): Clients {
  const settings = parseClientsOptions(
    options,
    context.boundTokens,
    context.takesIdentityAssertions,
  )
  const { rules, registration } = settings
  const { storage, tenant, clock, adapter, errors: providerErrors } = context
  const guarded = createGuardedFetch(settings.documents?.fetch)
  const documents = createDocuments(settings, context, guarded)
  const clients = parseStaticClients(options.clients, rules)
  const keyUrls = clients.flatMap(({ jwks_uri }) => jwks_uri ?? [])
  const tokens = createInitialAccessTokens(
    registration?.initialAccessTokens ?? [],
    storage,
    tenant,
    clock,
  )
  const desk = createDesk(settings, context, tokens)

  return {
    configuration: {
      adapter: desk?.adapter ?? adapter,
      clientAuthMethods: [...rules.authMethods],
      clients: clients.map(toProviderMetadata),
      extraClientMetadata: createClientCheck(rules, providerErrors),
      fetch: createProviderFetch(documents, guarded, new Set(keyUrls)),
    },
    features: {
      clientIdMetadataDocument: documents
        ? createDocumentFeature({ ...context, documents })
        : { enabled: false },
      registration: { enabled: registration !== undefined, issueRegistrationAccessToken: false },
    },
    attach(provider) {
      applyRedirectRules(provider, rules.privateUseSchemes)
      desk?.attach(provider)
    },
    handleRegistration: desk?.handle,
    initialAccessTokens: registration?.mode === 'token' ? tokens : undefined,
    async readDocument(clientId, req) {
      const isConfigured = clients.some(({ client_id }) => client_id === clientId)
      if (documents === undefined || isConfigured || !isClientDocumentUrl(clientId)) return true
      const { kind } = await documents.load(clientId, context.addressOf(req))
      return kind === 'document'
    },
    noteApproval: async (clientId) => documents?.noteApproval(clientId),
  }
}

/** A copy with lists that `oidc-provider` may change. */
function toProviderMetadata(client: StaticClient): ProviderMetadata {
  return { ...structuredClone(client) } as object as ProviderMetadata
}

function createDocuments(
  { documents, rules }: ClientsSettings,
  { storage, tenant, clock, emit, openRateLimit }: ClientsContext,
  fetch: ReturnType<typeof createGuardedFetch>,
): ClientDocuments | undefined {
  if (documents === undefined) return undefined
  return createClientDocuments({
    ...documents,
    fetch,
    records: createDocumentRecords(storage, tenant),
    governor: createFetchGovernor(openRateLimit),
    rules,
    clock,
    emit,
  })
}

interface RegistrationDesk {
  readonly handle: HandleRegistration
  readonly adapter: AdapterFactory
  attach(provider: Provider): void
}

function createDesk(
  { registration, rules }: ClientsSettings,
  context: ClientsContext,
  tokens: InitialAccessTokenRecords,
): RegistrationDesk | undefined {
  if (registration === undefined) return undefined
  const { storage, tenant, adapter, clock, emit, addressOf, openRateLimit } = context
  const records = createRegistrationRecords(registration, storage, tenant, adapter('Client'), clock)
  const pending = new AsyncLocalStorage<PendingRegistration>()
  let current: Provider | undefined
  const handle = createRegistrationHandler({
    needsToken: registration.mode === 'token',
    rules,
    tokens,
    limit: openRateLimit('registrations', {
      limit: registration.maxPerHour,
      windowSeconds: HOUR_SECONDS,
    }),
    records,
    clock,
    emit,
    addressOf,
    describeClient: async (clientId) => (await current?.Client.find(clientId))?.metadata(),
    whileRegistering: (registered, run) => pending.run(registered, run),
  })
  return {
    handle,
    adapter: withExpiringClients(adapter, registration.unusedSeconds, async (clientId) => {
      const registered = pending.getStore()
      if (registered === undefined) return
      const { metadata, address } = registered
      await records.add(clientId, metadata)
      emit({
        type: 'client.registered',
        at: clock.now(),
        clientId,
        clientName: metadata.client_name,
        folded: false,
        address,
      })
    }),
    attach(provider) {
      current = provider
      provider.on('grant.success', ({ oidc: { client } }) => {
        // Where it fails, the next use tries again.
        if (client !== undefined) records.noteUse(client.clientId).catch(() => undefined)
      })
    },
  }
}
