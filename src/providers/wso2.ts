import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase } from './require-option.ts'
import { describeWso2Product, WSO2_CLAIMS } from './wso2-product.ts'

const DOCS = 'https://is.docs.wso2.com/en/latest/'
const TOKENS = `${DOCS}references/tokens/access-tokens/`
const MCP = `${DOCS}guides/agentic-ai/mcp/`

const profile: ProviderProfile = {
  ...describeWso2Product(DOCS),
  id: 'wso2',
  title: 'WSO2 Identity Server',
  issuer: 'https://<host>:9443/oauth2/token',
  needsServer: `**You do not need this server** where
[MCP servers and clients are registered](${MCP})
there and tokens name your server as audience. Otherwise you do.`,
  traps: [
    {
      text: 'The issuer ends with `/oauth2/token`: it is the address of the token endpoint.',
      source: TOKENS,
    },
    {
      text: 'Access tokens are opaque or JWT, a setting of the application. For opaque ones, see [tokens](../tokens.md).',
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
