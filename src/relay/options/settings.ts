import type { KeyRing } from '../../keys/index.ts'
import type { UpstreamSettings } from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { PagesOptions } from '../../pages/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { Recipient } from '../recipient.ts'
import type { LimitSettings } from './parse-limits.ts'

/** A client, whether it is configured or has registered itself. */
export interface RelayClient {
  readonly clientId: string
  readonly clientName: string | undefined
  readonly redirectUris: readonly string[]
  /** Whether ports on loopback addresses have to be those of `redirectUris`. */
  readonly fixedPort: boolean
}

/** Options of `createRelay`, checked, with every default filled in. */
export interface RelaySettings {
  readonly issuer: string
  readonly issuerUrl: URL
  /** The path of the issuer, without a slash at its end. */
  readonly mountPath: string
  readonly resource: string
  readonly upstream: UpstreamSettings
  /** Our callback there. */
  readonly upstreamRedirectUri: string
  readonly recipient: Recipient
  readonly sendResource: { readonly authorization: boolean; readonly token: boolean }
  /** Scope → what it allows. */
  readonly scopes: ReadonlyMap<string, string>
  readonly defaultScopes: readonly string[]
  readonly clients: ReadonlyMap<string, RelayClient>
  readonly registration: 'open' | 'loopback' | 'off'
  readonly registrationsPerHour: number
  readonly limits: LimitSettings | undefined
  readonly privateUseSchemes: ReadonlySet<string>
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  readonly storage: Storage
  readonly cookieKeys: KeyRing
  readonly pages: PagesOptions
  readonly trustedProxyHops: number
  readonly emit: Emit
  readonly clock: Clock
}
