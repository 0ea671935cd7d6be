import type { TokenClaims } from '../principal/index.ts'
import { acceptTokens } from './accept-tokens.ts'
import {
  type AcceptedTokens,
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireOption } from './require-option.ts'

const GUIDE = 'https://www.keycloak.org/securing-apps/mcp-authz-server'
const ADMIN = 'https://www.keycloak.org/docs/latest/server_admin/'
/** Filled in from `resource_access` before claims are read; no claim of Keycloak's own. */
const CLIENT_ROLES = 'resource_access (client/role)'

const profile: ProviderProfile = {
  id: 'keycloak',
  title: 'Keycloak',
  issuer: 'https://<host>/realms/<realm>',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: '`account` until an audience mapper of a client scope adds your resource identifier',
    source: `${GUIDE}#_token_audience_binding_and_validation`,
  },
  claims: {
    scopes: ['scope'],
    roles: ['realm_access.roles', CLIENT_ROLES],
    groups: ['groups'],
    permissions: [],
    clientId: ['azp', 'client_id'],
    tenant: [],
  },
  tokens: 'jwt',
  registration: {
    supported: 'option',
    text: 'closed at first; opened for the hosts that clients register from',
    source:
      'https://www.keycloak.org/securing-apps/client-registration#_client_registration_policies',
  },
  clientIdDocuments: {
    supported: 'option',
    text: 'experimental: `--features=cimd` and a client policy',
    source: GUIDE,
  },
  resourceIndicators: {
    supported: 'option',
    text: 'experimental: `--features=resource-indicators`; otherwise `resource` is ignored',
    source: GUIDE,
  },
  pkceAdvertised: {
    supported: 'yes',
    text: '`plain` and `S256`',
    source:
      'https://github.com/keycloak/keycloak/blob/main/services/src/main/java/org/keycloak/protocol/oidc/OIDCWellKnownProvider.java',
  },
  revocation: {
    supported: 'yes',
    text: 'access and refresh tokens',
    source: 'https://www.keycloak.org/securing-apps/oidc-layers',
  },
  needsServer: `**You do not need this server** where Keycloak does
[what MCP asks for](${GUIDE}) itself: with
\`--features=cimd,resource-indicators\` (both experimental), or with
[registration opened](https://www.keycloak.org/securing-apps/client-registration#_client_registration_policies)
for the hosts that clients register from, which is closed at first, and an audience mapper for your MCP
server. Otherwise you do.`,
  extraParameters: {},
  refresh: [
    {
      text: 'come with every sign-in, and end with the session of the user at Keycloak. `offline_access` makes them outlive it, for users with the role of that name.',
      source: `${ADMIN}#_offline-access`,
    },
  ],
  traps: [
    {
      text: 'Roles are in access tokens only unless step 4 was done; our authorization server reads the ID token.',
      source: `${ADMIN}#_oidc_token_role_mappings`,
    },
    {
      text: 'The issuer is what its metadata says it is, character by character. It changes with the host name that Keycloak is asked by, unless `hostname` is configured.',
      source: 'https://www.keycloak.org/server/hostname',
    },
    {
      text: 'Registration answers web pages only from origins that a policy allows (`Allowed Registration Web Origins`), so that the MCP Inspector fails there first.',
      source: `${GUIDE}#_mcp_inspector_integration`,
    },
    {
      text: 'A service account is a user, `service-account-<client id>`, whose tokens say `client_id` beside `azp`. Its principal is of kind `client`, and `requireSubject` and `allowClients: false` keep it out, while its tokens have the claims of the client scopes `service_account` and `profile`. Without them it looks like a person.',
      source:
        'https://github.com/keycloak/keycloak/blob/main/services/src/main/java/org/keycloak/protocol/oidc/grants/ClientCredentialsGrantType.java',
    },
    {
      text: 'A client role is `<client>/<role>` in `principal.roles`, so that no client can grant the realm role of the same name.',
      source: `${ADMIN}#_oidc_token_role_mappings`,
    },
  ],
  steps: [
    'Admin Console: **Clients** → **Create client**, type **OpenID Connect**, client ID `mcp-gatehouse`.',
    '**Client authentication** on, **Standard flow** on, everything else off; **PKCE method** S256.',
    '**Valid redirect URIs**: `https://auth.example.com/callback/keycloak`.',
    'For roles: **Client scopes** → **roles** → **Mappers** → **realm roles** → **Add to ID token** on.',
    'From **Credentials**: the *client secret*, `KEYCLOAK_CLIENT_SECRET`.',
  ],
  directSteps: [
    '**Client scopes** → **Create client scope**, one for each scope of your policy, type **Optional**.',
    'In each: **Mappers** → **Audience**, **Included Custom Audience** is your resource identifier.',
    '**Clients** → **Client registration**: allow those scopes, the hosts and the origins of your clients.',
  ],
  unconfirmed: [],
  emulated: true,
}

/** What signing in with `keycloak` needs. */
export interface KeycloakSignInOptions extends SignInOptions {
  /** `https://<host>/realms/<realm>`. */
  readonly issuer: string
}

/** What `keycloak.issuer` needs. */
export interface KeycloakTokenOptions extends TokenOptions {
  /** `https://<host>/realms/<realm>`. */
  readonly issuer: string
}

/**
 * Keycloak. Roles of the realm are `admin`, those of a client `<client>/admin`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/keycloak.md
 */
export const keycloak: Provider<KeycloakSignInOptions, KeycloakTokenOptions> = defineProvider(
  profile,
  {
    signIn: ({ issuer, ...options }: KeycloakSignInOptions) => ({
      name: profile.id,
      issuer: requireOption(issuer, 'keycloak.issuer'),
      scopes: ['profile', 'email'],
      claims: { email: 'email', name: 'name', roles: 'realm_access.roles' },
      ...options,
    }),
    tokens({ issuer, ...options }: KeycloakTokenOptions): AcceptedTokens {
      const known = {
        issuer: requireOption(issuer, 'keycloak.issuer'),
        otherAudiences: ['account'],
        words: { claims: profile.claims },
        subjectIsClient: isServiceAccount,
      }
      const accepted = acceptTokens(known, options)
      return {
        ...accepted,
        mapClaims: (claims) =>
          accepted.mapClaims({ ...claims, [CLIENT_ROLES]: clientRoles(claims) }),
      }
    },
  },
)

/** The name alone is anybody's to register; only the client credentials grant sets `client_id`. */
function isServiceAccount(claims: TokenClaims, clientId: string): boolean {
  const { client_id: ownId, preferred_username: username } = claims
  return ownId === clientId && username === `service-account-${clientId.toLowerCase()}`
}

function clientRoles({ resource_access: access }: TokenClaims): readonly string[] {
  if (typeof access !== 'object' || access === null) return []
  return Object.entries(access).flatMap(([client, entry]) => {
    const roles: unknown = (entry as { readonly roles?: unknown } | null)?.roles
    const names: readonly unknown[] = Array.isArray(roles) ? roles : []
    return names.filter((role) => typeof role === 'string').map((role) => `${client}/${role}`)
  })
}
