import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import type { JWK } from 'jose'
import type { ClientMetadata, Configuration } from 'oidc-provider'
import { createMemoryAdapter } from '../memory-adapter.ts'
import { resourceIndicators, shapeWith } from './access-tokens.ts'
import {
  DEFAULT_REDIRECT_URI,
  type EmulatedUser,
  type EmulatorOptions,
} from './emulated-provider.ts'
import type { EmulatorProfile } from './emulator.ts'
import { FOREIGN_CLIENT } from './opaque-token.ts'

/** Survives where `oidc-provider` takes `offline_access` away: without `prompt=consent`. */
const OFFLINE = 'emulated_offline'

interface RegisteredClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** Configures `oidc-provider` as one provider, with one client and one that is somebody else's. */
export function createEmulatorConfiguration(
  profile: EmulatorProfile,
  options: EmulatorOptions & { readonly users: Readonly<Record<string, EmulatedUser>> },
  { origin, ...client }: RegisteredClient & { readonly origin: string },
): Configuration {
  const { accessTokens, configuration, extraParams = [], refreshesOffline = false } = profile
  const bySubject = new Map(Object.values(options.users).map((user) => [user.sub, user]))
  return {
    adapter: createMemoryAdapter(),
    clients: [registration(client, options, profile), FOREIGN_CLIENT],
    cookies: cookiesOf(new URL(origin)),
    conformIdTokenClaims: false,
    expiresWithSession: () => false,
    findAccount: (_ctx, sub) => {
      const user = bySubject.get(sub)
      return user && { accountId: sub, claims: () => ({ sub, ...user.claims }) }
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    jwks: { keys: [generateSigningKey()] },
    ...grantsOf(profile, options),
    pkce: { required: () => false },
    responseTypes: ['code'],
    routes: profile.routes,
    ...configuration,
    extraParams: [...extraParams, ...(refreshesOffline ? [OFFLINE] : [])],
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: false },
      ...(accessTokens !== undefined && { resourceIndicators: resourceIndicators(accessTokens) }),
      ...configuration.features,
    },
    ...(accessTokens !== undefined && {
      formats: { customizers: { jwt: shapeWith(accessTokens, bySubject) } },
    }),
    ttl: {
      AccessToken: options.accessTokenTtlSeconds ?? profile.accessTokenTtlSeconds,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3_600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 3_600,
      ...configuration.ttl,
    },
  }
}

function registration(
  { clientId, clientSecret }: RegisteredClient,
  { redirectUris = [DEFAULT_REDIRECT_URI] }: EmulatorOptions,
  { grantTypes = [] }: Pick<EmulatorProfile, 'grantTypes'>,
): ClientMetadata {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: [...redirectUris],
    // Lets the port of a loopback redirect vary (RFC 8252 §7.3).
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token', ...grantTypes],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
    id_token_signed_response_alg: 'ES256',
  }
}

/** Cookies do not tell ports apart. */
function cookiesOf({ port }: URL): NonNullable<Configuration['cookies']> {
  return {
    keys: [randomBytes(32).toString('base64url')],
    names: {
      session: `idp_session_${port}`,
      interaction: `idp_interaction_${port}`,
      resume: `idp_resume_${port}`,
    },
  }
}

/** Users grant whatever is asked for, except what is withheld. */
function grantsOf(
  { accessTokens, refreshesOffline = false }: EmulatorProfile,
  { withheldScopes = [] }: EmulatorOptions,
): Pick<Configuration, 'issueRefreshToken' | 'loadExistingGrant'> {
  /** Grants that were asked for with `offline_access`. */
  const offline = new Set<string>()
  return {
    async issueRefreshToken(_ctx, _client, code) {
      if (!refreshesOffline) return true
      if (!offline.has(code.grantId ?? '')) return false
      // Of the refresh token, which may state it again.
      code.scope = `${code.scope} offline_access`
      return true
    },
    async loadExistingGrant(ctx) {
      const { client, session, params, provider } = ctx.oidc
      const accountId = session?.accountId
      if (client === undefined || accountId === undefined) return undefined
      const asked = params?.['scope']
      const scopes = typeof asked === 'string' ? asked.split(' ').filter(Boolean) : []
      const withheld = scopes.filter((scope) => withheldScopes.includes(scope))
      const grant = new provider.Grant({ clientId: client.clientId, accountId })
      grant.addOIDCScope(scopes.filter((scope) => !withheld.includes(scope)).join(' '))
      if (withheld.length > 0) grant.rejectOIDCScope(withheld.join(' '))
      const resource = accessTokens?.resourceOf(ctx)
      if (accessTokens !== undefined && resource !== undefined) {
        const granted = accessTokens.scopes.filter((scope) => scopes.includes(scope))
        grant.addResourceScope(resource, granted.join(' '))
      }
      const grantId = await grant.save()
      if (params?.[OFFLINE] === 'yes') offline.add(grantId)
      return grant
    },
  }
}

/** Remembers that a request asked for `offline_access`. */
export async function markOffline(
  ctx: { URL: URL; query: object },
  next: () => Promise<void>,
): Promise<void> {
  const isOffline = ctx.URL.searchParams.get('scope')?.includes('offline_access') === true
  if (isOffline) ctx.query = { ...ctx.query, [OFFLINE]: 'yes' }
  await next()
}

/** A key pair of ES256. */
export function generateSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), alg: 'ES256', use: 'sig' }
}
