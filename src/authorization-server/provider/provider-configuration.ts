import type {
  AsymmetricSigningAlgorithm,
  Configuration,
  errors,
  interactionPolicy,
  JWK,
} from 'oidc-provider'
import { ASYMMETRIC_ALGORITHMS } from '../../verifiers/index.ts'
import type { Clients } from '../clients/index.ts'
import { createAssertionRules } from '../grants/assertion-rules.ts'
import type { ExtensionGrant } from '../grants/extension-grant.ts'
import { type CookieNames, cookieNames } from '../http/cookies.ts'
import { ROUTES } from '../http/routes.ts'
import type { Settings } from '../options/index.ts'
import type { TokenService } from '../token-service.ts'
import type { UserRecords } from '../users.ts'
import { createPromptPolicy } from './prompts.ts'
import {
  createResourceIndicators,
  OPENID_SCOPES,
  type ProviderErrors,
} from './resource-indicators.ts'

/** What of `oidc-provider` is needed to configure it. */
export interface ProviderModule {
  readonly errors: typeof errors
  readonly interactionPolicy: typeof interactionPolicy
}

/** What the configuration is made of, beside the settings. */
export interface ProviderParts {
  readonly clients: Clients
  readonly users: UserRecords
  /** Private keys, the one to sign with first. */
  readonly signingKeys: readonly JWK[]
  /** Names the key to sign with. */
  readonly signingKey: { readonly alg: AsymmetricSigningAlgorithm; readonly kid: string }
  readonly tokens: TokenService
  readonly extensions: readonly ExtensionGrant[]
  /** Keys of cookies, the one to sign with first. */
  readonly cookieKeys: readonly string[]
  readonly renderError: NonNullable<Configuration['renderError']>
}

/** Configures `oidc-provider` the way MCP clients expect an authorization server to behave. */
export function createProviderConfiguration(
  settings: Settings,
  { errors: providerErrors, interactionPolicy: policy }: ProviderModule,
  parts: ProviderParts,
): Configuration {
  const { mountPath } = settings
  const { users, tokens, signingKey } = parts
  return {
    ...parts.clients.configuration,
    ...tokens.configuration,
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: createAssertionRules(settings.clock, providerErrors),
    clientBasedCORS: () => true,
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: signingKey.alg,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    cookies: createCookies(settings, cookieNames(settings), parts.cookieKeys),
    // What resource servers take in proofs.
    enabledJWA: { dPoPSigningAlgValues: ASYMMETRIC_ALGORITHMS as AsymmetricSigningAlgorithm[] },
    expiresWithSession: () => false,
    extraParams: createExtraParams(providerErrors),
    extraTokenClaims: async (_ctx, token) => {
      const subject = tokens.subjectOf(token)
      if (subject === undefined) return undefined
      const claims = subject.claims ?? (await users.find(subject.accountId))?.claims
      return claims && withoutReserved(claims)
    },
    features: createFeatures(settings, parts, providerErrors),
    findAccount: async (_ctx, sub) => {
      const user = await users.find(sub)
      return user && { accountId: sub, claims: () => ({ sub }) }
    },
    interactions: {
      policy: createPromptPolicy(policy),
      url: (_ctx, { uid }) => `${mountPath}/interaction/${uid}`,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: [...parts.signingKeys] },
    // A grant of the session would skip the page; ours are looked up by what the user approved.
    loadExistingGrant: async ({ oidc: { provider, result } }) =>
      result?.consent?.grantId === undefined
        ? undefined
        : provider.Grant.find(result.consent.grantId),
    pkce: { required: () => true },
    renderError: parts.renderError,
    responseTypes: ['code'],
    routes: ROUTES,
    scopes: [...OPENID_SCOPES],
    ttl: {
      ...createLifetimes(settings),
      ClientCredentials: tokens.clientTokenTtl,
      RefreshToken: tokens.refreshTokenTtl,
    },
  }
}

function createCookies(
  { issuerUrl }: Settings,
  { session, interaction, resume }: CookieNames,
  keys: readonly string[],
): NonNullable<Configuration['cookies']> {
  const isSecure = issuerUrl.protocol === 'https:'
  const attributes = { httpOnly: true, sameSite: 'lax', secure: isSecure, signed: true } as const
  return {
    keys: [...keys],
    names: { session, interaction, resume },
    long: { ...attributes, path: '/' },
    short: attributes,
  }
}

/** Parameters that are refused by name; `oidc-provider` would ignore them. */
function createExtraParams({
  InvalidRequest,
}: ProviderErrors): NonNullable<Configuration['extraParams']> {
  const refused = ['claims', 'resource[]', 'scope[]', 'state[]']
  return Object.fromEntries(
    refused.map((name) => [
      name,
      (_ctx: unknown, value: string | undefined) => {
        if (value !== undefined) throw new InvalidRequest(`${name} is not supported`)
      },
    ]),
  )
}

function createFeatures(
  settings: Settings,
  { clients, signingKey, extensions }: ProviderParts,
  providerErrors: ProviderErrors,
): NonNullable<Configuration['features']> {
  return {
    ...clients.features,
    claimsParameter: { enabled: false },
    // Its handler makes the tokens of all grants without a user in front of them.
    clientCredentials: { enabled: extensions.length > 0 },
    devInteractions: { enabled: false },
    dPoP: createDpopFeature(settings),
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    pushedAuthorizationRequests: { enabled: false },
    resourceIndicators: createResourceIndicators(settings, signingKey, providerErrors),
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  }
}

/** The URL of a proof is compared with the issuer's, which the listener makes every request's. */
function createDpopFeature({
  dpop,
}: Settings): NonNullable<NonNullable<Configuration['features']>['dPoP']> {
  if (dpop === undefined) return { enabled: false }
  const { nonceSecret } = dpop
  return { enabled: true, nonceSecret, requireNonce: () => nonceSecret !== undefined }
}

function createLifetimes({ lifetimes, clock }: Settings): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: lifetimes.accessTokenSeconds,
    AuthorizationCode: lifetimes.authorizationCodeSeconds,
    // A grant that ends before its refresh tokens would make refreshing fail.
    Grant: lifetimes.refreshAbsoluteSeconds + lifetimes.interactionSeconds,
    IdToken: lifetimes.accessTokenSeconds,
    Interaction: lifetimes.interactionSeconds,
    // Counted from the sign-in: requests do not prolong it.
    Session: (_ctx, { loginTs }) =>
      Math.max(1, (loginTs ?? clock.now()) + lifetimes.sessionSeconds - clock.now()),
  }
}

/** Claims that say what a token is, which no upstream may (RFC 9068 §2.2, RFC 7800, RFC 8693). */
const RESERVED_CLAIMS: ReadonlySet<string> = new Set(
  [
    'iss sub aud exp nbf iat jti client_id azp scope scp grant_id',
    'cnf act may_act sid authorization_details auth_time acr amr',
  ].flatMap((names) => names.split(' ')),
)

function withoutReserved(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !RESERVED_CLAIMS.has(name)))
}
