import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ClaimPlaces, ProviderProfile } from './profile.ts'
import { requireBase } from './require-option.ts'

const DOCS = 'https://is.docs.wso2.com/en/latest/'
const TOKENS = `${DOCS}references/tokens/access-tokens/`
const MCP = `${DOCS}guides/agentic-ai/mcp/`

/** As Asgardeo has them too, which is the same product. */
export const WSO2_CLAIMS: ClaimPlaces = {
  scopes: ['scope'],
  roles: ['roles'],
  groups: ['groups'],
  permissions: [],
  clientId: ['azp', 'client_id'],
  tenant: ['org_id'],
}

const profile: ProviderProfile = {
  id: 'wso2',
  title: 'WSO2 Identity Server',
  issuer: 'https://<host>:9443/oauth2/token',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'the client ID, unless the application adds your resource identifier',
    source: TOKENS,
  },
  claims: WSO2_CLAIMS,
  tokens: 'jwt or opaque',
  registration: { supported: 'option', text: 'named among what MCP clients can use', source: MCP },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention them',
  },
  resourceIndicators: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention `resource`',
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: 'no page of the documentation that could be read shows the document',
  },
  revocation: {
    supported: 'unconfirmed',
    text: 'the pages that were read do not mention the endpoint',
  },
  needsServer: `**You do not need this server** where
[MCP servers and clients are registered](${MCP})
there and tokens name your server as audience. Otherwise you do.`,
  extraParameters: {},
  refresh: [
    {
      text: 'come where the application allows the grant type **Refresh Token**.',
      source: `${DOCS}references/tokens/refresh-tokens/`,
    },
  ],
  traps: [
    {
      text: 'The issuer ends with `/oauth2/token`: it is the address of the token endpoint.',
      source: TOKENS,
    },
    {
      text: 'Access tokens are opaque or JWT, a setting of the application. Only JWT can be read here.',
      source: TOKENS,
    },
    {
      text: 'Before version 7.3, `scope` need not be text with spaces; lists are read too.',
      source: TOKENS,
    },
  ],
  steps: [
    'Console: **Applications** → **New Application** → **Traditional Web Application**, OpenID Connect.',
    '**Authorized redirect URLs**: `https://auth.example.com/callback/wso2`.',
    'Copy the host into `url`: the issuer without `/oauth2/token`.',
    'Copy the *Client ID* into `clientId`.',
    'Copy the *Client secret*: `WSO2_CLIENT_SECRET`.',
  ],
  directSteps: [
    '**Resources** → **MCP Servers**: register your server with the scopes of your policy.',
    '**Applications** → **MCP Client Application**, and authorize it for the server.',
    'Its **Access Token**: type **JWT**, and your resource identifier as audience.',
  ],
  unconfirmed: [
    'the names of the menus were not all seen in the documentation',
    '`roles` and `groups` in access tokens',
    'whether registration asks for authentication',
  ],
  emulated: false,
}

interface Wso2Url {
  /** Such as `https://id.example.com:9443`. */
  readonly url: string
}

/** What signing in with `wso2` needs. */
export interface Wso2SignInOptions extends SignInOptions, Wso2Url {}

/** What `wso2.issuer` needs. */
export interface Wso2TokenOptions extends TokenOptions, Wso2Url {}

/**
 * WSO2 Identity Server. The organization is `principal.tenant`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/wso2.md
 */
export const wso2: Provider<Wso2SignInOptions, Wso2TokenOptions> = defineProvider(profile, {
  signIn: ({ url, ...options }: Wso2SignInOptions) => ({
    name: profile.id,
    issuer: `${requireBase(url, 'wso2.url')}/oauth2/token`,
    scopes: ['profile', 'email'],
    ...options,
  }),
  tokens: ({ url, ...options }: Wso2TokenOptions) =>
    acceptTokens(
      { issuer: `${requireBase(url, 'wso2.url')}/oauth2/token`, words: { claims: WSO2_CLAIMS } },
      options,
    ),
})
