import type { ConnectionPages, MessageConnections } from '../connections/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Emit } from '../observability/index.ts'
import type { ResourceServer } from '../resource-server/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { FindCredentials } from './call-credentials.ts'
import type {
  AdminOptions,
  CommandUpstreamOptions,
  GatewayUpstreamOptions,
  ListenOptions,
} from './options.ts'

/** A route, checked and completed. */
export interface RouteSettings {
  readonly path: string
  readonly gatehouse: ResourceServer
  readonly upstream: UpstreamSettings
  readonly identity: AssertionSettings | undefined
  readonly requestHeaders: ReadonlySet<string>
  readonly responseHeaders: ReadonlySet<string>
  /** Name and value in turn. */
  readonly upstreamHeaders: readonly string[]
  /** `undefined` where the upstream is given nothing but what is the same for everybody. */
  readonly findCredentials: FindCredentials | undefined
  /** Where callers may be asked to connect something. */
  readonly connections: Pick<MessageConnections, 'isOwnState'> | undefined
}

/** A connection that an upstream is given. */
export interface ConnectionNeed {
  readonly service: string
  /** Whether it is an access token, and not what the user has typed in. */
  readonly hasToken: boolean
  /** Names in lower case, and templates of values. */
  readonly headers: readonly (readonly [name: string, template: string])[]
  /** `undefined` for all of them. */
  readonly tools: ReadonlySet<string> | undefined
  readonly purpose: string | undefined
}

export type UpstreamSettings = HttpUpstreamSettings | CommandSettings

export interface HttpUpstreamSettings extends Required<Omit<GatewayUpstreamOptions, 'ca'>> {
  readonly origin: string
  readonly path: string
  readonly ca: string | undefined
}

export interface CommandSettings extends Required<Omit<CommandUpstreamOptions, 'cwd'>> {
  readonly cwd: string | undefined
  /** Largest line of the output. */
  readonly maxMessageBytes: number
  /** Whether the process is told whom it serves. */
  readonly tellsCaller: boolean
  /** What it is called where others have a URL. */
  readonly url: string
  readonly origin: string
  /** {@link GatewayUpstreamOptions.idleTimeoutSeconds} */
  readonly idleTimeoutSeconds: number
}

export interface AssertionSettings {
  readonly header: string
  readonly audience: string
  readonly lifetimeSeconds: number
  readonly claims: readonly string[]
  /** Whether `sub` alone names one user: where one issuer is trusted. */
  readonly hasOneIssuer: boolean
}

/** What is around the routes. */
export interface GatewaySettings {
  readonly publicUrl: string
  readonly routes: readonly RouteSettings[]
  /** The pages of connections, where there are some. */
  readonly pages: ConnectionPages['handler'] | undefined
  /** Whose public keys are published. */
  readonly rings: readonly KeyRing[]
  readonly listen: Required<ListenOptions>
  readonly admin: Required<AdminOptions> | undefined
  readonly drainSeconds: number
  readonly trustedProxyHops: number
  readonly emit: Emit
  readonly clock: Clock
}
