import type { AdapterFactory, Configuration, errors, default as Provider } from 'oidc-provider'
import type { KeyRing } from '../keys/index.ts'
import type { Emit } from '../observability/index.ts'
import { type Revocations, storedRevocations } from '../revocation/index.ts'
import type { Clock } from '../runtime/index.ts'
import type { Storage } from '../storage/index.ts'
import type { TokenVerifier } from '../verifiers/index.ts'
import { createGrantEnd } from './adapter/grant-ends.ts'
import { createRecordNames, type RecordNames } from './adapter/record-names.ts'
import { createRequestScopes, type Issuance, type RequestScopes } from './adapter/request-scope.ts'
import { createStorageAdapter } from './adapter/storage-adapter.ts'
import { type AtomicGrantOptions, withAtomicGrants } from './grants/atomic-provider.ts'
import type { ExtensionGrant } from './grants/extension-grant.ts'
import { createGrantedMeanings, type GrantedMeanings } from './grants/granted-meanings.ts'
import { createRefreshTokenTtl, type RefreshLifetimes } from './grants/lifetimes.ts'
import { createRefreshAnswers } from './grants/refresh-answers.ts'
import type { WithClientLimit } from './limits/index.ts'
import { createIssuedTokens } from './tokens/issued-tokens.ts'
import { createLocalVerifier } from './tokens/local-verifier.ts'
import {
  type PresentedTokenOptions,
  presentToken,
  revokePresented,
} from './tokens/presented-tokens.ts'
import { createTokenFormats } from './tokens/token-formats.ts'

export interface TokenServiceOptions extends RefreshLifetimes {
  readonly issuer: string
  readonly storage: Storage
  readonly signingKeys: KeyRing
  readonly tenant: string | undefined
  /** The longest that an access token of any resource lives. */
  readonly accessTokenSeconds: number
  /** How long the direct predecessor of a refresh token gets its answer again; 0: never. */
  readonly refreshGraceSeconds: number
  readonly clock: Clock
  readonly emit: Emit
  /** Rejects where events have to be delivered, and are not. @defaultValue they need not */
  readonly requireAudit?: (() => Promise<void>) | undefined
  /** Of requests, for events. @defaultValue none */
  readonly correlationIdOf?: ((req: object) => string) | undefined
  /** Changes with what a scope means. @defaultValue it never does */
  readonly scopeDigestOf?: (scope: string) => string
  /** Refuse requests for tokens without a proof by a key (RFC 9449). */
  readonly requireProofs: boolean
  readonly errors: AtomicGrantOptions['errors'] & Pick<typeof errors, 'InvalidClientAuth'>
  /** Limits the requests of each client. @defaultValue unlimited */
  readonly withClientLimit?: WithClientLimit | undefined
}

/** Records and tokens of an authorization server, for every `oidc-provider` that it builds. */
export interface TokenService {
  readonly adapter: AdapterFactory
  /** What the configuration of `oidc-provider` must have of this. */
  readonly configuration: Pick<Configuration, 'formats' | 'rotateRefreshToken'>
  /** `ttl.RefreshToken` of the configuration. */
  readonly refreshTokenTtl: ReturnType<typeof createRefreshTokenTtl>
  /** `ttl.ClientCredentials` of the configuration: what clients get for themselves, or for others. */
  readonly clientTokenTtl: () => number
  /** Who a token that is being made is for; `undefined` for a client itself. */
  subjectOf(token: object): Pick<Issuance, 'accountId' | 'claims'> | undefined
  readonly names: RecordNames
  readonly meanings: GrantedMeanings
  /**
   * Builds `oidc-provider` around this.
   *
   * @param extensions Grants beside those of the configuration. @defaultValue none
   */
  createProvider(
    Base: typeof Provider,
    issuer: string,
    configuration: Configuration,
    extensions?: readonly ExtensionGrant[],
  ): Provider
  /** Verifies our tokens without network; asks for revocations on every call. */
  readonly verifier: TokenVerifier
  /** What resource servers of other processes look at: `storedRevocations` of the same store. */
  readonly revocations: Required<Revocations>
}

/** Longer than the grant, which begins with it. */
const GRANT_MARGIN_SECONDS = 7_200

/**
 * Keeps codes, tokens, grants and sessions in the store, makes their redemption atomic, and lets
 * clients revoke and introspect signed and encrypted access tokens.
 *
 * Errors of the store are thrown through `oidc-provider` as they are; it reports them as
 * `server_error`, and whoever listens to that makes them 503.
 */
export function createTokenService(options: TokenServiceOptions): TokenService {
  const { issuer, storage, clock, refreshGraceSeconds: graceSeconds } = options
  const names = createRecordNames(storage, options)
  const scopes = createRequestScopes()
  const revocations = storedRevocations(storage, { clock })
  const verifier = createLocalVerifier({ ...options, revocations })
  const issued = createIssuedTokens(storage, names, clock)
  const presenting = { verifier, issued, revocations, issuer, clock }
  const endGrant = createGrantEnd({ ...options, names, revocations })
  const meanings = createGrantedMeanings({
    storage,
    names,
    digestOf: options.scopeDigestOf ?? (() => ''),
    ttlSeconds: options.refreshAbsoluteSeconds + GRANT_MARGIN_SECONDS,
  })
  const answers = createRefreshAnswers(storage, names, graceSeconds)

  return {
    verifier,
    revocations,
    names,
    meanings,
    clientTokenTtl: () => scopes.current()?.issuance?.lifetimeSeconds ?? options.accessTokenSeconds,
    subjectOf: (token) =>
      'accountId' in token && typeof token.accountId === 'string'
        ? { accountId: token.accountId }
        : scopes.current()?.issuance,
    adapter: createStorageAdapter({
      ...options,
      names,
      scopes,
      endGrant,
      revokePresented: (token) => revokePresented(token, presenting),
    }),
    refreshTokenTtl: createRefreshTokenTtl(options, clock, options.errors),
    configuration: {
      rotateRefreshToken: true,
      formats: createTokenFormats(names, scopes),
    },
    createProvider(Base, ownIssuer, configuration, extensions = []) {
      const redemption = {
        ...options,
        names,
        scopes,
        issued,
        answers,
        graceSeconds,
        revocations,
        endGrant,
        extensions,
        meanings,
      }
      const provider = new (withAtomicGrants(Base, redemption))(ownIssuer, configuration)
      openScopes(provider, scopes, presenting)
      return provider
    },
  }
}

/** Opens a scope for every request, with the token that it presents to be revoked or told about. */
function openScopes(
  provider: Provider,
  scopes: RequestScopes,
  presenting: PresentedTokenOptions,
): void {
  const paths = new Set(['revocation', 'introspection'].flatMap((route) => pathOf(provider, route)))
  provider.use((ctx, next) =>
    scopes.run(async () => {
      // `oidc-provider` would read it as if it were UTF-8.
      if (!/^(?:utf-?8)?$/i.test(ctx.request.charset)) return refuseCharset(ctx)
      const scope = scopes.current()
      if (scope !== undefined && paths.has(ctx.path)) {
        scope.presented = await presentToken(ctx, presenting)
      }
      await next()
    }),
  )
}

function refuseCharset(ctx: {
  status: number
  body: unknown
  set(name: string, value: string): void
}): void {
  ctx.status = 400
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { error: 'invalid_request', error_description: 'only UTF-8 is supported' }
}

/** The path of a route below where `oidc-provider` is mounted; none for one that is off. */
function pathOf(provider: Provider, route: string): readonly string[] {
  try {
    return [provider.pathFor(route, { mountPath: '' })]
  } catch {
    return []
  }
}
