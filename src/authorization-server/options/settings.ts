import type { JWK } from 'jose'
import type { Emit } from '../../observability/index.ts'
import type { PagesOptions } from '../../pages/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ClientsOptions } from '../clients/index.ts'
import type { UpstreamOptions } from '../upstream/options.ts'
import type {
  AuthorizationServerKeys,
  ConsentOptions,
  EmbeddedUser,
  LifetimeOptions,
} from './options.ts'

/** A resource with its defaults filled in. */
export interface ResourceSettings {
  /** The identifier as configured: the `aud` of its tokens. */
  readonly identifier: string
  readonly scopes: readonly string[]
  readonly defaultScopes: readonly string[]
  readonly encryption: JWK | undefined
}

/** How tokens are bound to keys. */
export interface DpopSettings {
  readonly required: boolean
  /** 32 bytes. */
  readonly nonceSecret: Buffer | undefined
}

type Complete<Options> = { readonly [Name in keyof Options]-?: NonNullable<Options[Name]> }

/** The options with every default filled in, and checked. */
export interface Settings {
  readonly issuer: string
  readonly issuerUrl: URL
  /** The path of the issuer without a trailing slash; empty at the root. */
  readonly mountPath: string
  readonly resources: readonly ResourceSettings[]
  readonly scopeTexts: ReadonlyMap<string, string>
  readonly users: readonly EmbeddedUser[] | undefined
  /** Checked where the upstream is made of it. */
  readonly upstream: UpstreamOptions | undefined
  readonly storage: Storage
  readonly keys: AuthorizationServerKeys
  readonly lifetimes: Complete<LifetimeOptions>
  /** `undefined` where no token is bound to a key. */
  readonly dpop: DpopSettings | undefined
  readonly consent: Complete<Omit<ConsentOptions, 'iOwnConsentElsewhere'>>
  /** Checked where the clients are made of them. */
  readonly clients: ClientsOptions
  /** Checked where the pages are made of them. */
  readonly pages: PagesOptions
  readonly trustedProxyHops: number
  readonly emit: Emit
  readonly clock: Clock
}
