import type { KeyRing } from '../keys/index.ts'
import type { BrowserIdentity } from '../oauth-client/index.ts'
import type { AuditSink } from '../observability/index.ts'
import type { Brand, PageTexts } from '../pages/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { ServiceDefinition } from './service-options.ts'

/** The rings that connections use. */
export interface ConnectionKeys {
  /** For cookies, forms and the state of tool calls that wait for a user. */
  readonly cookies: KeyRing
}

/** Options of `createConnections`. */
export interface CreateConnectionsOptions {
  /**
   * Where users reach this server: the pages are `<baseUrl>/connect/…` and `<baseUrl>/account`. It is
   * the only source of public URLs.
   */
  readonly baseUrl: string
  /**
   * Holds all state: several processes share one. One that outlives the process has to be what
   * `sealed` has made of it; one that forgets (Redis alone) is warned about.
   */
  readonly storage: Storage
  readonly keys: ConnectionKeys
  /** Finds out who sits in front of the browser: an authorization server, or `oidcSignIn`. */
  readonly identity: BrowserIdentity
  /** By name: 1 to 40 of a-z, 0-9, `-` and `_`, from a letter on. Addresses have them. */
  readonly services: Readonly<Record<string, ServiceDefinition>>
  /** How the pages look. @defaultValue the name is the host of `baseUrl` */
  readonly brand?: Brand | undefined
  /** Texts of the pages in another language or in other words. @defaultValue English */
  readonly texts?: Partial<PageTexts> | undefined
  /** Allow an http `baseUrl` on a loopback address. For development. @defaultValue `false` */
  readonly allowInsecureLoopback?: boolean | undefined
  /** Receives what happens. @defaultValue warnings go to the console */
  readonly onEvent?: AuditSink | undefined
  /** For tests. @defaultValue the system's clock */
  readonly clock?: Clock | undefined
}
