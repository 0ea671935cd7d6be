import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase } from './require-option.ts'

const DOCS = 'https://docs.logto.io/'
const RESOURCES = `${DOCS}authorization/global-api-resources`
const ORGANIZATIONS = `${DOCS}authorization/organization-level-api-resources`
const THIRD_PARTY = `${DOCS}use-cases/ai/mcp-server-enable-third-party-ai-agent-access`

const profile: ProviderProfile = {
  id: 'logto',
  title: 'Logto',
  issuer: 'https://<tenant>.logto.app/oidc',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: { text: 'the API resource that `resource` names', source: RESOURCES },
  claims: {
    scopes: ['scope'],
    roles: [],
    groups: [],
    permissions: [],
    clientId: ['client_id'],
    tenant: ['organization_id'],
  },
  tokens: 'jwt or opaque',
  registration: {
    supported: 'no',
    text: 'applications are made in the console, or with the Management API',
    source: THIRD_PARTY,
  },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention them',
  },
  resourceIndicators: {
    supported: 'yes',
    text: 'for API resources that are registered, exactly as they are written there',
    source: RESOURCES,
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: 'no page of the documentation shows the whole document',
  },
  revocation: {
    supported: 'unconfirmed',
    text: 'the pages that were read do not mention the endpoint',
  },
  needsServer: `**You need this server** for clients that nobody registers: Logto makes an application for
each of them [in the console or by its Management API](${THIRD_PARTY}).
Where that is done, its tokens can be used as they are.`,
  extraParameters: { resource: 'the API resource; without it, the access token is opaque' },
  refresh: [{ text: 'come with `offline_access`.', source: RESOURCES }],
  traps: [
    {
      text: 'A token without `resource` is no JWT for your server. For clients that do not send it, make yours the default API.',
      source: RESOURCES,
    },
    {
      text: 'A token of an organization says `organization_id`, which is `principal.tenant`; without that parameter only global permissions are in it.',
      source: ORGANIZATIONS,
    },
  ],
  steps: [
    'Console: **Applications** → **Create application** → **Traditional web**.',
    '**Redirect URIs**: `https://auth.example.com/callback/logto`.',
    'Copy the *Logto endpoint* into `endpoint`.',
    'Copy the *App ID* into `clientId`.',
    'Copy the *App secret*: `LOGTO_CLIENT_SECRET`.',
  ],
  directSteps: [
    '**API resources** → **Create**: the *API identifier* is your resource identifier, with permissions as in your policy.',
    '**Roles**: give the permissions to roles, and the roles to people.',
    '**Applications**: a third-party application for each client.',
  ],
  unconfirmed: ['the names of the menus were not all seen in the documentation'],
  emulated: false,
}

interface LogtoEndpoint {
  /** Such as `https://acme.logto.app`, or your own. */
  readonly endpoint: string
}

/** What signing in with `logto` needs. */
export interface LogtoSignInOptions extends SignInOptions, LogtoEndpoint {}

/** What `logto.issuer` needs. */
export interface LogtoTokenOptions extends TokenOptions, LogtoEndpoint {}

/**
 * Logto. The organization is `principal.tenant`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/logto.md
 */
export const logto: Provider<LogtoSignInOptions, LogtoTokenOptions> = defineProvider(profile, {
  signIn: ({ endpoint, ...options }: LogtoSignInOptions) => ({
    name: profile.id,
    issuer: `${requireBase(endpoint, 'logto.endpoint')}/oidc`,
    scopes: ['profile', 'email'],
    ...options,
  }),
  tokens: ({ endpoint, ...options }: LogtoTokenOptions) =>
    acceptTokens(
      {
        issuer: `${requireBase(endpoint, 'logto.endpoint')}/oidc`,
        words: { claims: profile.claims },
      },
      options,
    ),
})
