import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Configuration, errors, JWK, ResourceServer } from 'oidc-provider'
import { sendPage } from './html.ts'
import { errorPage } from './interaction-pages.ts'
import { createMemoryAdapter } from './memory-adapter.ts'
import { findResourceScopes, findUser, type ServerSettings } from './server-settings.ts'

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/** Paths below the issuer, those that MCP clients of 2025-03-26 expect at the origin. */
export const ROUTES = {
  authorization: '/authorize',
  jwks: '/jwks',
  registration: '/register',
  revocation: '/revoke',
  token: '/token',
} as const

const ALGORITHM = 'ES256'
const MONTH_SECONDS = 30 * 24 * 60 * 60

/** Configures `oidc-provider` the way MCP clients expect an authorization server to behave. */
export function createProviderConfiguration(
  settings: ServerSettings,
  { InvalidTarget }: Pick<typeof errors, 'InvalidTarget'>,
): Configuration {
  const { users, accessTokenTtlSeconds, issuer, issuerPath } = settings
  return {
    adapter: createMemoryAdapter(),
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => true,
    clientDefaults: {
      // A loopback redirect URI with any port needs it (RFC 8252 §7.3), and MCP clients omit it.
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: ALGORITHM,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies do not tell ports apart, and a test may run several servers on one address.
      names: {
        session: `session_${issuer.port}`,
        interaction: `interaction_${issuer.port}`,
        resume: `resume_${issuer.port}`,
      },
    },
    expiresWithSession: () => false,
    extraClientMetadata: {
      properties: ['software_id', 'software_version'],
      validator: (_ctx, _key, _value, metadata) => {
        // Clients register what they need first and ask for more later, which this would forbid.
        delete metadata.scope
      },
    },
    extraTokenClaims: (_ctx, token) =>
      'accountId' in token ? { ...findUser(users, token.accountId)?.claims } : undefined,
    features: createFeatures(settings, InvalidTarget),
    fetch: async (url) => clientDocumentResponse(settings, new Request(url).url),
    findAccount: (_ctx, sub) => findUser(users, sub) && { accountId: sub, claims: () => ({ sub }) },
    interactions: { url: (_ctx, { uid }) => `${issuerPath}/interaction/${uid}` },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: { keys: [generateSigningKey()] },
    pkce: { required: () => true },
    renderError: (ctx, error) => {
      ctx.respond = false
      sendPage(ctx.res, errorPage(ctx.status, error))
    },
    responseTypes: ['code'],
    routes: ROUTES,
    scopes: ['openid', 'offline_access'],
    ttl: {
      AccessToken: accessTokenTtlSeconds,
      AuthorizationCode: 60,
      Grant: MONTH_SECONDS,
      IdToken: accessTokenTtlSeconds,
      Interaction: 60 * 60,
      RefreshToken: MONTH_SECONDS,
      Session: 24 * 60 * 60,
    },
  }
}

function createFeatures(
  settings: ServerSettings,
  InvalidTarget: (typeof errors)['InvalidTarget'],
): NonNullable<Configuration['features']> {
  return {
    clientIdMetadataDocument: {
      ack: 'draft-02',
      enabled: settings.clientDocuments.size > 0,
    },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    registration: { enabled: true, issueRegistrationAccessToken: false },
    resourceIndicators: createResourceIndicators(settings, InvalidTarget),
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  }
}

function createResourceIndicators(
  { resources, accessTokenTtlSeconds }: ServerSettings,
  InvalidTarget: (typeof errors)['InvalidTarget'],
): ResourceIndicators {
  const onlyResource = resources.size === 1 ? [...resources.keys()][0] : undefined
  return {
    enabled: true,
    defaultResource: (_ctx, _client, requested) => {
      const resource = requested ?? onlyResource
      if (resource === undefined) throw new InvalidTarget('several resources exist; name one')
      return resource
    },
    getResourceServerInfo: (ctx, resource): ResourceServer => {
      const scopes = findResourceScopes(resources, resource)
      if (scopes === undefined) throw new InvalidTarget('the resource is unknown')
      const { oidc } = ctx
      if (Array.isArray(oidc.params?.['resource'])) {
        throw new InvalidTarget('a token is for one resource; name one')
      }
      // RFC 6749 §3.3: a request without a scope gets a pre-defined default.
      if (oidc.route === 'authorization' && oidc.params !== undefined) {
        oidc.params['scope'] ??= scopes.join(' ') || 'openid'
      }
      return {
        scope: scopes.join(' '),
        audience: resource,
        accessTokenTTL: accessTokenTtlSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: ALGORITHM } },
      }
    },
    useGrantedResource: () => true,
  }
}

function generateSigningKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'jwk' })
}

/** Answers from memory: the embedded server asks nobody anything. */
function clientDocumentResponse({ clientDocuments }: ServerSettings, url: string): Response {
  const document = clientDocuments.get(url)
  return document === undefined
    ? new Response(null, { status: 404 })
    : Response.json({ client_id: url, ...document })
}
