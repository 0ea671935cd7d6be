import {
  type AuthorizationServer,
  createAuthorizationServer,
} from '../authorization-server/index.ts'
import { ConfigError } from '../errors/index.ts'
import { createEmitter } from '../observability/index.ts'
import { configError, requireType } from '../options/index.ts'
import { createResourceServer, type ResourceServer } from '../resource-server/index.ts'
import { type Clock, isObject } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { CreateTenantsOptions, TenantOptions, TenantResourceServerOptions } from './options.ts'
import { openTenantKeys } from './tenant-keys.ts'
import type { Tenant } from './tenants.ts'

/** A tenant with the servers of its options. */
export interface OpenTenant extends Omit<Tenant, 'isSuspended'> {
  readonly revision: string
}

/** What tenants are opened with. */
export interface OpenTenantContext
  extends Pick<CreateTenantsOptions, 'allowInsecureLoopback' | 'onEvent' | 'options'> {
  readonly clock: Clock
  readonly issuerOf: (id: string) => string
  readonly storageOf: (id: string) => Storage
  /** Whether the tenant may not do anything any more. */
  readonly isStopped: (id: string) => Promise<boolean>
}

/** What the pattern, the store and the state of a tenant say, and nobody else. */
const OWN_OPTIONS: readonly string[] = [
  'allowInsecureLoopback',
  'clock',
  'isSuspended',
  'issuer',
  'storage',
]
const OWN_GATE_OPTIONS: readonly string[] = [
  'allowInsecureLoopback',
  'authorizationServers',
  'clock',
  'onEvent',
  'resource',
  'revocations',
  'verifier',
]

/**
 * Reads the options of a tenant and makes its servers.
 *
 * @throws {ConfigError} for every mistake in the options; `ERR_CONFIG_TENANT_UNKNOWN` where there are
 *   none
 */
export async function openTenant(
  id: string,
  revision: string,
  context: OpenTenantContext,
): Promise<OpenTenant> {
  const { clock, allowInsecureLoopback = false, onEvent } = context
  const [issuer, storage] = [context.issuerOf(id), context.storageOf(id)]
  // Databases say null for what they do not have.
  const given: TenantOptions | null | undefined = await context.options({ id, issuer, storage })
  if (given === undefined || given === null) {
    throw new ConfigError('ERR_CONFIG_TENANT_UNKNOWN', id)
  }
  requireType(typeof given === 'object', 'options', 'a function that gives an object')
  refuseOwn(given, OWN_OPTIONS, '')
  const { resourceServers = {}, keys, ...options } = withSink(given, id, onEvent)
  const emit = createEmitter(options.onEvent)
  const shared = { clock, allowInsecureLoopback }
  const authorizationServer = await createAuthorizationServer({
    ...options,
    ...shared,
    issuer,
    storage,
    keys: keys ?? (await openTenantKeys({ storage, clock, emit })),
    isSuspended: () => context.isStopped(id),
  })
  const gates = Object.entries(resourceServers).map(([resource, gateOptions]) => {
    requireType(isObject(gateOptions), `resourceServers.${resource}`, 'an object')
    refuseOwn(gateOptions, OWN_GATE_OPTIONS, `resourceServers.${resource}.`)
    return createGate(resource, options, {
      ...withStop(gateOptions, resource, () => context.isStopped(id)),
      ...shared,
      ...(options.onEvent && { onEvent: options.onEvent }),
      authorizationServer,
    })
  })
  return {
    id,
    issuer,
    storage,
    revision,
    authorizationServer,
    resourceServers: Object.fromEntries(gates),
  }
}

type Gate = readonly [resource: string, resourceServer: ResourceServer]

/** @throws {ConfigError} `ERR_CONFIG_RESOURCE_INVALID` for a gate that no token could be issued for */
function createGate(
  resource: string,
  { resources }: Pick<TenantOptions, 'resources'>,
  {
    authorizationServer: { issuer, verifier, revocations },
    ...options
  }: TenantResourceServerOptions & { readonly authorizationServer: AuthorizationServer },
): Gate {
  const known = Array.isArray(resources) ? resources : Object.keys(resources)
  if (!known.includes(resource)) {
    throw new ConfigError('ERR_CONFIG_RESOURCE_INVALID', `resourceServers (${resource})`)
  }
  const authorizationServers = [issuer]
  return [
    resource,
    createResourceServer({ ...options, resource, authorizationServers, verifier, revocations }),
  ]
}

/** @throws {ConfigError} `ERR_CONFIG_OPTION_UNKNOWN` */
function refuseOwn(options: object, own: readonly string[], path: string): void {
  const name = Object.keys(options).find((one) => own.includes(one))
  if (name === undefined) return
  throw configError('ERR_CONFIG_OPTION_UNKNOWN', `${path}${name} (not an option of a tenant)`)
}

/** Streams that are open end with the tenant's right to have them. */
function withStop(
  options: TenantResourceServerOptions,
  resource: string,
  isStopped: () => Promise<boolean>,
): TenantResourceServerOptions {
  const { isRevoked } = options
  const isRight = isRevoked === undefined || typeof isRevoked === 'function'
  requireType(isRight, `resourceServers.${resource}.isRevoked`, 'a function')
  return {
    ...options,
    isRevoked: async (principal, claims) =>
      (await isStopped()) || ((await isRevoked?.(principal, claims)) ?? false),
  }
}

/** Events go to the tenant's own sink, else to the common one with its id. */
function withSink(
  options: TenantOptions,
  id: string,
  onEvent: CreateTenantsOptions['onEvent'],
): TenantOptions {
  if (options.onEvent !== undefined || onEvent === undefined) return options
  return { ...options, onEvent: (event) => onEvent(event, id) }
}
