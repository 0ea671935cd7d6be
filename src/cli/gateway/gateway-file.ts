import type { OidcSignInOptions, SecretServiceOptions } from '../../connections/index.ts'
import type {
  CommandUpstreamOptions,
  GatewayOptions,
  GatewayUpstreamOptions,
  RouteConnectionOptions,
  RouteOptions,
} from '../../gateway/index.ts'
import type { LimitsOptions } from '../../limits/index.ts'
import type { Brand } from '../../pages/index.ts'
import type { Requirement } from '../../policy/index.ts'
import type { AuthorizationServerOptions, DpopOptions } from '../../resource-server/index.ts'
import type { JwtVerifierOptions } from '../../verifiers/index.ts'
import type { IntrospectionVerifierOptions } from '../../verifiers/remote/index.ts'

/** What a file can say of an authorization server: all that is no function and no document. */
export type FileAuthorizationServer = Omit<
  AuthorizationServerOptions,
  'mapClaims' | 'metadata' | 'requestScopes' | 'secret' | 'transformMetadata'
> & { readonly secret?: string }

type FileRule = string | readonly string[] | Omit<Requirement, 'when'>
type FileRules = Readonly<Record<string, FileRule>>

/** A policy without functions. */
export interface FilePolicy {
  readonly scopes?: readonly string[]
  readonly toolNames?: readonly string[]
  readonly implies?: Readonly<Record<string, readonly string[]>>
  readonly tools?: FileRules
  readonly resources?: FileRules
  readonly prompts?: FileRules
  readonly methods?: FileRules
  readonly unlisted?: 'deny' | 'authenticated'
  readonly lists?: 'usable' | 'obtainable'
}

/** Limits, and where they are counted. */
export interface FileLimits extends Omit<LimitsOptions, 'store'> {
  readonly store?:
    | 'memory'
    | { readonly redis: string; readonly prefix?: string }
    | { readonly postgres: string; readonly table?: string }
}

/** A file of keys. */
export type FileKeys = string | { readonly file: string; readonly allowGroupRead?: boolean }

export interface FileStorage {
  readonly url: string
  readonly keys?: FileKeys
}

/** Kinds of tokens; several go together as `firstOf` has it. */
export interface FileVerifier {
  readonly jwt?: JwtVerifierOptions
  readonly introspection?: Omit<IntrospectionVerifierOptions, 'privateKey'>
  readonly userinfo?: { readonly provider: string; readonly clientSecret?: string }
  readonly jwe?: {
    readonly keys: FileKeys
    readonly nested: JwtVerifierOptions
    readonly unwrapData?: boolean
    readonly allowLegacyRsaOaep?: boolean
    readonly maxLifetimeSeconds?: number
  }
  readonly apiKeys?: { readonly prefix?: string }
}

/** Whose callers are let in: always the same, or the one that a request names. */
export type FileTenant =
  | string
  | { readonly header?: string; readonly hosts?: Readonly<Record<string, string>> }

/** Options of any kind of service; which kind it is, the keys tell. */
export interface FileService {
  readonly title?: string
  readonly profile?: string
  readonly clientSecret?: string
  readonly issuer?: string
  readonly tokenEndpoint?: string
  /** The style of an exchange. */
  readonly exchange?: string
  readonly fields?: SecretServiceOptions['fields']
}

export interface FileConnections {
  readonly cookieKeys: FileKeys
  readonly signIn: OidcSignInOptions
  readonly brand?: Brand
  readonly services: Readonly<Record<string, FileService>>
}

/** What routes can have in common. */
export interface FileRouteDefaults
  extends Pick<
    RouteOptions,
    | 'allowedHosts'
    | 'allowedOrigins'
    | 'allowInsecureLoopback'
    | 'audience'
    | 'challengeScopes'
    | 'identity'
    | 'leewaySeconds'
    | 'maxAnswerBytes'
    | 'maxBodyBytes'
    | 'maxCallSeconds'
    | 'maxStreamsPerPrincipal'
    | 'maxTokenAgeSeconds'
    | 'maxTokenLifetimeSeconds'
    | 'requestHeaders'
    | 'requireSubject'
    | 'requiredClaims'
    | 'requiredScopes'
    | 'responseHeaders'
    | 'scopesSupported'
    | 'singleAudience'
    | 'tokenCacheSize'
  > {
  readonly authorizationServers?: readonly (string | FileAuthorizationServer)[]
  readonly policy?: FilePolicy
  readonly limits?: FileLimits
  readonly verifier?: FileVerifier
  readonly dpop?: Omit<DpopOptions, 'publicUrl' | 'storage'>
  readonly tenant?: FileTenant
}

/** A command whose processes have the same variables for every caller. */
export interface FileCommand extends Omit<CommandUpstreamOptions, 'env'> {
  readonly env?: Readonly<Record<string, string>>
}

export interface FileRoute extends FileRouteDefaults {
  readonly path: string
  readonly upstream: string | GatewayUpstreamOptions | FileCommand
  readonly upstreamHeaders?: Readonly<Record<string, string>>
  readonly connections?: Readonly<Record<string, RouteConnectionOptions>>
}

export interface FileAudit {
  /** `stdout`, or a path. */
  readonly to: string
  readonly key: string
  readonly subjects?: 'pseudonym' | 'plain'
  readonly sync?: boolean
}

/** A configuration file, its references resolved. */
export interface GatewayFile
  extends FileRouteDefaults,
    Pick<GatewayOptions, 'admin' | 'drainSeconds' | 'listen' | 'publicUrl' | 'trustedProxyHops'> {
  readonly $schema?: string
  /** The file of the signing keys. */
  readonly keys?: FileKeys
  readonly storage?: FileStorage
  readonly connections?: FileConnections
  readonly audit?: FileAudit
  /** Risks that are taken knowingly, by the names of their rules. */
  readonly acceptRisks?: readonly string[]
  readonly routes: readonly FileRoute[]
}
