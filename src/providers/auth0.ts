import type { TokenClaims } from '../principal/index.ts'
import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type OidcSignIn,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase } from './require-option.ts'

const PROFILES = 'https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles'
const RESOURCE = 'https://auth0.com/ai/docs/mcp/guides/resource-param-compatibility-profile'

const profile: ProviderProfile = {
  id: 'auth0',
  title: 'Auth0',
  issuer: 'https://<tenant>.<region>.auth0.com/',
  discovery: '`.well-known/openid-configuration` after the issuer and its slash',
  audience: {
    text: 'the *Identifier* of the API, often with `https://<domain>/userinfo` beside it',
    source: PROFILES,
  },
  claims: {
    scopes: ['scope'],
    roles: [],
    groups: [],
    permissions: ['permissions'],
    clientId: ['client_id', 'azp'],
    tenant: ['org_id'],
  },
  tokens: 'jwt or opaque',
  registration: {
    supported: 'option',
    text: 'off at first, a setting of the tenant',
    source: 'https://auth0.com/docs/get-started/applications/dynamic-client-registration',
  },
  clientIdDocuments: {
    supported: 'option',
    text: 'off at first, a setting of the tenant',
    source: 'https://auth0.com/docs/get-started/auth0-overview/create-applications/cimd-overview',
  },
  resourceIndicators: {
    supported: 'option',
    text: 'with the Resource Parameter Compatibility Profile; where `audience` is sent too, that counts',
    source: RESOURCE,
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: 'a document that somebody recorded lists `S256`; no page of the documentation that could be read shows it',
  },
  revocation: {
    supported: 'yes',
    text: 'refresh tokens only',
    source: 'https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens',
  },
  needsServer: `**You do not need this server** where your tenant has on what is off at first:
[dynamic client registration](https://auth0.com/docs/get-started/applications/dynamic-client-registration)
with default permissions of third-party applications for your API, or
[client ID metadata documents](https://auth0.com/docs/get-started/auth0-overview/create-applications/cimd-overview);
and the
[profile for \`resource\`](${RESOURCE}).`,
  extraParameters: { audience: 'the API that the access token is for; without it, it is opaque' },
  refresh: [
    {
      text: 'need `offline_access`, and **Allow Offline Access** in the API that `audience` names.',
      source: 'https://auth0.com/docs/secure/tokens/refresh-tokens/get-refresh-tokens',
    },
  ],
  traps: [
    {
      text: 'The slash at the end of the issuer: without it, `ERR_UPSTREAM_ISSUER_MISMATCH`. `auth0({ domain })` adds it.',
      source: PROFILES,
    },
    {
      text: "A claim of your own, such as roles, is added to tokens by an Action, under a name that is a URL, since `roles` itself is reserved: `claims: { roles: 'https://acme.example/roles' }`, or `rolesClaim` for access tokens.",
      source: 'https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims',
    },
    {
      text: 'Without an audience the access token is opaque, and no resource server can read it.',
      source: 'https://community.auth0.com/t/permissions-in-access-token/23333',
    },
    {
      text: 'A token that an application got for itself has `<client id>@clients` as `sub`. Its principal is of kind `client`; `requireSubject` and `allowClients: false` keep it out.',
      source: PROFILES,
    },
  ],
  steps: [
    '**Applications** → **Create Application** → **Regular Web Applications**.',
    '**Settings** → **Allowed Callback URLs**: `https://auth.example.com/callback/auth0`.',
    'For tools that call your API: **APIs** → your API → **Allow Offline Access**.',
    'From **Settings**: *Client ID* into `clientId`, *Client Secret*: `AUTH0_CLIENT_SECRET`.',
    '*Domain* into `domain`, and the *Identifier* of the API into `audience`.',
  ],
  directSteps: [
    '**APIs** → **Create API**: the *Identifier* is your resource identifier. Add **Permissions**.',
    'In the API: **Enable RBAC** and **Add Permissions in the Access Token**, for permissions.',
    '**Settings** → **Advanced**: **OIDC Dynamic Application Registration** and **Resource Parameter Compatibility Profile** on.',
  ],
  unconfirmed: [],
  emulated: true,
}

interface Auth0Domain {
  /** The *Domain*, such as `acme.eu.auth0.com`, or your own. */
  readonly domain: string
}

/** What signing in with `auth0` needs. */
export interface Auth0SignInOptions extends SignInOptions, Auth0Domain {
  /** The *Identifier* of the API that tools call. @defaultValue none, and the token is opaque */
  readonly audience?: string
}

/** What `auth0.issuer` needs. */
export interface Auth0TokenOptions extends TokenOptions, Auth0Domain {
  /** Where an Action puts roles, such as `https://acme.example/roles`. @defaultValue none */
  readonly rolesClaim?: string
}

/**
 * Auth0. Permissions are `principal.permissions`, an organization is `principal.tenant`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/auth0.md
 */
export const auth0: Provider<Auth0SignInOptions, Auth0TokenOptions> = defineProvider(profile, {
  signIn: ({ domain, ...options }: Auth0SignInOptions): OidcSignIn => ({
    name: profile.id,
    issuer: `${requireBase(domain, 'auth0.domain')}/`,
    scopes: ['profile', 'email', 'offline_access'],
    ...options,
  }),
  tokens({ domain, rolesClaim, ...options }: Auth0TokenOptions) {
    const issuer = `${requireBase(domain, 'auth0.domain')}/`
    const roles = rolesClaim === undefined ? [] : [rolesClaim]
    const words = { claims: { ...profile.claims, roles }, permissionsAreScopes: true }
    const known = {
      issuer,
      otherAudiences: [`${issuer}userinfo`],
      words,
      subjectIsClient: ({ sub }: TokenClaims, id: string) => sub === `${id}@clients`,
    }
    return acceptTokens(known, options)
  },
})
