import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase, requireOption } from './require-option.ts'

const SERVERS = 'https://developer.okta.com/docs/concepts/auth-servers/'
const GROUPS = 'https://developer.okta.com/docs/guides/customize-tokens-groups-claim/overview/'
const METADATA = 'https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/tag/CustomAS'

const profile: ProviderProfile = {
  id: 'okta',
  title: 'Okta',
  issuer: 'https://<org>.okta.com, or https://<org>.okta.com/oauth2/<authorization server>',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'the *Audience* of the custom authorization server, one for all its tokens',
    source: SERVERS,
  },
  claims: {
    scopes: ['scp'],
    roles: ['groups'],
    groups: ['groups'],
    permissions: [],
    clientId: ['cid'],
    tenant: [],
  },
  tokens: 'jwt',
  registration: {
    supported: 'option',
    text: 'with an API token of an administrator',
    source: 'https://developer.okta.com/docs/reference/api/oauth-clients/',
  },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention them',
  },
  resourceIndicators: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention `resource`; a custom authorization server has one audience',
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: `the [reference](${METADATA}) was only read in part`,
  },
  revocation: {
    supported: 'yes',
    text: 'access and refresh tokens',
    source: 'https://developer.okta.com/docs/guides/revoke-tokens/main/',
  },
  needsServer: `**You need this server** for clients that nobody at your company registers: the metadata lists a
registration endpoint, which wants
[an administrator's API token](https://developer.okta.com/docs/reference/api/oauth-clients/)
([report](https://github.com/modelcontextprotocol/modelcontextprotocol/issues/695)). Where an
administrator registers each client, a
[custom authorization server](${SERVERS}) whose audience is
your MCP server will do.`,
  extraParameters: { idp: 'goes straight to one of the identity providers behind Okta' },
  refresh: [
    {
      text: 'need the grant type of step 3 and `offline_access`. They end after seven days without use, unless an access policy says otherwise.',
      source: 'https://developer.okta.com/docs/guides/refresh-tokens/main/',
    },
  ],
  traps: [
    {
      text: 'The issuer is your Okta domain, whose authorization server is all that a sign-in needs. That of a custom one is `https://acme.okta.com/oauth2/default`: users of one are strangers to the other, so do not change it later.',
      source: `${SERVERS}#which-authorization-server-should-you-use`,
    },
    {
      text: 'Access tokens of the Okta domain itself are for Okta alone. Those of a custom authorization server are yours to check, so `okta.issuer` has only these.',
      source: SERVERS,
    },
    {
      text: 'Groups are in access tokens of a custom authorization server only, and only with a claim that you add there, named `groups`.',
      source: GROUPS,
    },
  ],
  steps: [
    'Admin Console: **Applications** → **Create App Integration** → **OIDC - OpenID Connect** → **Web Application**.',
    '**Sign-in redirect URIs**: `https://auth.example.com/callback/okta`.',
    '**Grant type**: **Authorization Code**, and **Refresh Token**.',
    '**Assignments**: who may sign in. Save.',
    'From **General**: *Client ID* into `clientId`, *Client Secret*: `OKTA_CLIENT_SECRET`.',
  ],
  directSteps: [
    '**Security** → **API** → **Add Authorization Server**: the *Audience* is your resource identifier.',
    '**Scopes**: those of your policy. **Claims**: `groups` for access tokens, if roles are groups.',
    '**Access Policies**: a policy and a rule for each client, which an administrator registers.',
  ],
  unconfirmed: [],
  emulated: true,
}

interface OktaDomain {
  /** `acme.okta.com`, or your own domain. */
  readonly domain: string
}

/** What signing in with `okta` needs. */
export interface OktaSignInOptions extends SignInOptions, OktaDomain {
  /** A custom authorization server, such as `default`. @defaultValue that of the domain itself */
  readonly authorizationServer?: string
}

/** What `okta.issuer` needs. */
export interface OktaTokenOptions extends TokenOptions, OktaDomain {
  /** The custom authorization server whose tokens are accepted. @defaultValue `default` */
  readonly authorizationServer?: string
}

/**
 * Okta. Groups are `principal.roles`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/okta.md
 */
export const okta: Provider<OktaSignInOptions, OktaTokenOptions> = defineProvider(profile, {
  signIn: ({ domain, authorizationServer, ...options }: OktaSignInOptions) => ({
    name: profile.id,
    issuer: issuerOf(domain, authorizationServer),
    scopes: ['profile', 'email', 'offline_access'],
    ...options,
  }),
  tokens({ domain, authorizationServer = 'default', ...options }: OktaTokenOptions) {
    const issuer = issuerOf(domain, authorizationServer)
    return acceptTokens({ issuer, words: { claims: profile.claims } }, options)
  },
})

function issuerOf(domain: string, authorizationServer: string | undefined): string {
  const base = requireBase(domain, 'okta.domain')
  if (authorizationServer === undefined) return base
  return `${base}/oauth2/${requireOption(authorizationServer, 'okta.authorizationServer', /^[\w-]+$/)}`
}
