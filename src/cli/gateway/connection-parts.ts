import {
  type Connections,
  type CreateConnectionsOptions,
  createConnections,
  exchangeService,
  oauthService,
  oidcSignIn,
  type SecretServiceOptions,
  type ServiceDefinition,
  secretService,
} from '../../connections/index.ts'
import { type ServiceName, services } from '../../providers/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { FileConnections, FileService } from './gateway-file.ts'
import { openRing } from './key-parts.ts'
import { underKeys } from './renamed-options.ts'

export interface ConnectionSurroundings
  extends Pick<CreateConnectionsOptions, 'allowInsecureLoopback' | 'baseUrl' | 'onEvent'> {
  readonly storage: Storage
  readonly folder: string
}

/** Makes connections of what a file says. @throws {ConfigError} */
export async function openConnections(
  file: FileConnections,
  { folder, ...surroundings }: ConnectionSurroundings,
): Promise<Connections> {
  const { cookieKeys, signIn, services: given, brand } = file
  const cookies = await openRing(cookieKeys, 'cookies', folder, 'connections.cookieKeys')
  const loopback = { allowInsecureLoopback: surroundings.allowInsecureLoopback === true }
  const names = [
    [/^oidcSignIn[.:] ?/, 'connections.signIn.'],
    [/^keys\.cookies/, 'connections.cookieKeys'],
    [/^(?:createConnections\.)?(?=services|brand)/, 'connections.'],
    [/^baseUrl/, 'publicUrl'],
  ] as const
  return underKeys(names, () =>
    createConnections({
      ...surroundings,
      keys: { cookies },
      identity: oidcSignIn({ ...loopback, ...signIn }),
      services: Object.fromEntries(
        Object.entries(given).map(([name, service]) => [name, defineService(service, loopback)]),
      ),
      ...(brand && { brand }),
    }),
  )
}

/** What kind it is, its keys tell. The gateway gives credentials to upstreams, and asks no API. */
function defineService(
  { profile, exchange, ...options }: FileService,
  loopback: { readonly allowInsecureLoopback: boolean },
): ServiceDefinition {
  if (options.fields !== undefined) {
    // Keys of other kinds are refused where the options are read.
    return secretService({ ...loopback, ...options } as SecretServiceOptions)
  }
  const given = { ...loopback, ...options } as never
  if (profile !== undefined) {
    return oauthService({
      ...(given as object),
      profile: services[profile as ServiceName],
    } as never)
  }
  const { issuer, tokenEndpoint } = options
  const place = issuer ?? tokenEndpoint ?? ''
  const apiOrigins = URL.canParse(place) ? [new URL(place).origin] : []
  const unprofiled = { ...(given as object), apiOrigins }
  return exchange === undefined
    ? oauthService(unprofiled as never)
    : exchangeService({ ...unprofiled, style: exchange } as never)
}
