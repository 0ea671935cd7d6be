import type { RemoteAuthorizationServer } from '../../discovery/index.ts'
import type { AllowedHosts, CorsPolicy } from '../../http/index.ts'
import type { OpenLimits } from '../../limits/index.ts'
import type { ProtectedResourceMetadata } from '../../oauth/index.ts'
import type { Emit } from '../../observability/index.ts'
import type { Policy } from '../../policy/index.ts'
import type { MapClaims } from '../../principal/index.ts'
import type { Revocations } from '../../revocation/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { ProofRules, TokenVerifier } from '../../verifiers/index.ts'
import type { ClaimRules } from '../claims/index.ts'
import type { DpopOptions } from './dpop-options.ts'
import type { RequestScopes, ResourceServerOptions } from './options.ts'

/** What is particular to one issuer once its token is verified. */
export interface IssuerSettings {
  readonly rules: ClaimRules
  readonly mapClaims: MapClaims | undefined
  readonly requestScopes: RequestScopes | undefined
}

/** A JSON document that everybody may read. */
export interface PublishedDocument {
  read(): Promise<unknown>
  readonly contentType: string
  readonly maxAgeSeconds: number
}

/** How tokens that are bound to a key are accepted. */
export interface DpopSettings extends Required<Pick<DpopOptions, 'publicUrl' | 'required'>> {
  readonly proofs: ProofRules
  readonly nonceSecret: Uint8Array | undefined
  readonly storage: Storage | undefined
}

/** The options, checked and completed: what the gate works with. */
export interface Settings<Claims> {
  readonly resource: string
  readonly metadataUrl: string
  readonly metadata: ProtectedResourceMetadata
  /** What is published, by its path, which is compared exactly. */
  readonly documents: ReadonlyMap<string, PublishedDocument>
  readonly servers: readonly RemoteAuthorizationServer[]
  readonly issuers: ReadonlyMap<string, IssuerSettings>
  readonly verifier: TokenVerifier
  readonly claimsSchema: ResourceServerOptions<Claims>['claims']
  readonly isRevoked: ResourceServerOptions<Claims>['isRevoked']
  readonly revocations: Revocations
  readonly requestedTenant: ResourceServerOptions['requestedTenant']
  /** `undefined` where tokens that are bound to a key are refused. */
  readonly dpop: DpopSettings | undefined
  readonly requiredScopes: readonly string[]
  readonly requiredClaims: readonly string[]
  readonly claimsAsScopes: boolean
  readonly policy: Policy | undefined
  readonly decide: ResourceServerOptions['decide']
  readonly policyTimeoutSeconds: number
  /** Whether somebody decides about what is in the bodies. */
  readonly checksMessages: boolean
  /** Whether bodies are read before a request is let through: also where limits count messages. */
  readonly readsMessages: boolean
  readonly maxBodyBytes: number
  readonly maxAnswerBytes: number
  readonly maxCallSeconds: number
  readonly maxStreamsPerPrincipal: number
  /** `undefined` where nothing is limited. */
  readonly limits: OpenLimits | undefined
  /** Has the store of the limits ready. */
  readonly readyLimits: () => Promise<void>
  readonly challengeScopes: readonly string[]
  readonly realm: string | undefined
  readonly tokenCacheSize: number
  readonly cors: CorsPolicy
  readonly allowedHosts: AllowedHosts
  readonly trustedProxyHops: number
  readonly correlationId: ResourceServerOptions['correlationId']
  readonly isAudited: boolean
  readonly emit: Emit
  readonly clock: Clock
}
