import type { JWK } from 'jose'
import type { UpstreamOptions } from '../../oauth-client/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { PagesOptions } from '../../pages/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ClientsOptions } from '../clients/index.ts'
import type { IdentityAssertionSettings } from '../identity-assertions/settings.ts'
import type { LimitSettings } from '../limits/index.ts'
import type {
  AuthorizationServerKeys,
  ConsentOptions,
  EmbeddedUser,
  LifetimeOptions,
} from './options.ts'
import type { ScopeMeanings } from './scope-meanings.ts'

/** A resource with its defaults filled in. */
export interface ResourceSettings {
  /** The identifier as configured: the `aud` of its tokens. */
  readonly identifier: string
  readonly scopes: readonly string[]
  readonly defaultScopes: readonly string[]
  readonly encryption: JWK | undefined
  readonly dpopBoundAccessTokens: boolean
}

/** How tokens are bound to keys. */
export interface DpopSettings {
  readonly required: boolean
  /** 32 bytes. */
  readonly nonceSecret: Buffer | undefined
}

/** An upstream, and who is sent there. */
export interface RealmSettings {
  readonly name: string
  /** Checked where the upstream is made of it. */
  readonly upstream: UpstreamOptions
  /** Where the options of the upstream stand, for messages. */
  readonly path: string
  readonly label: string | undefined
  /** In canonical form. */
  readonly emailDomains: ReadonlySet<string>
  readonly resourceHosts: ReadonlySet<string>
}

type Complete<Options> = { readonly [Name in keyof Options]-?: NonNullable<Options[Name]> }

/** The options with every default filled in, and checked. */
export interface Settings {
  readonly issuer: string
  readonly issuerUrl: URL
  /** The path of the issuer without a trailing slash; empty at the root. */
  readonly mountPath: string
  readonly resources: readonly ResourceSettings[]
  readonly scopeMeanings: ScopeMeanings
  readonly users: readonly EmbeddedUser[] | undefined
  /** None where there are `users`. */
  readonly upstreams: readonly RealmSettings[]
  readonly storage: Storage
  readonly keys: AuthorizationServerKeys
  readonly lifetimes: Complete<LifetimeOptions>
  /** `undefined` where no token is bound to a key. */
  readonly dpop: DpopSettings | undefined
  readonly consent: Complete<Omit<ConsentOptions, 'iOwnConsentElsewhere'>>
  /** `undefined` where nobody is let in by an identity provider's word. */
  readonly identityAssertions: IdentityAssertionSettings | undefined
  /** Checked where the clients are made of them. */
  readonly clients: ClientsOptions
  /** Checked where the pages are made of them. */
  readonly pages: PagesOptions
  /** `undefined` where only clients are limited. */
  readonly limits: LimitSettings | undefined
  readonly trustedProxyHops: number
  readonly isSuspended: () => boolean | Promise<boolean>
  readonly emit: Emit
  /** @throws {StorageError} where events have to be delivered, and are not */
  readonly requireAudit: () => Promise<void>
  readonly clock: Clock
}
