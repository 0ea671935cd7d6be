import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireOption } from './require-option.ts'
import { describeWso2Product, WSO2_CLAIMS } from './wso2-product.ts'

const DOCS = 'https://wso2.com/asgardeo/docs/'
const TOKENS = `${DOCS}references/tokens/access-tokens/`

const profile: ProviderProfile = {
  ...describeWso2Product(DOCS),
  id: 'asgardeo',
  title: 'Asgardeo',
  issuer: 'https://api.asgardeo.io/t/<organization>/oauth2/token',
  needsServer: `**You do not need this server** where
[MCP servers and clients are registered](https://wso2.com/asgardeo/changelog/end-to-end-mcp-authorization-streamlined-client-server-representation)
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
      text: 'An action before issuing can change scopes and audience of JWT access tokens, in the root organization.',
      source: `${DOCS}guides/service-extensions/pre-flow-extensions/pre-issue-access-token-action`,
    },
  ],
  steps: [
    'Console: **Applications** → **New Application** → **Traditional Web Application**, OpenID Connect.',
    '**Authorized redirect URLs**: `https://auth.example.com/callback/asgardeo`.',
    'Copy the name of your organization into `organization`.',
    'Copy the *Client ID* into `clientId`.',
    'Copy the *Client secret*: `ASGARDEO_CLIENT_SECRET`.',
  ],
}

interface AsgardeoOrganization {
  readonly organization: string
}

/** What signing in with `asgardeo` needs. */
export interface AsgardeoSignInOptions extends SignInOptions, AsgardeoOrganization {}

/** What `asgardeo.issuer` needs. */
export interface AsgardeoTokenOptions extends TokenOptions, AsgardeoOrganization {}

/**
 * Asgardeo. The organization of a token is `principal.tenant`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/asgardeo.md
 */
export const asgardeo: Provider<AsgardeoSignInOptions, AsgardeoTokenOptions> = defineProvider(
  profile,
  {
    signIn: ({ organization, ...options }: AsgardeoSignInOptions) => ({
      name: profile.id,
      issuer: issuerOf(organization),
      scopes: ['profile', 'email'],
      ...options,
    }),
    tokens: ({ organization, ...options }: AsgardeoTokenOptions) =>
      acceptTokens({ issuer: issuerOf(organization), words: { claims: WSO2_CLAIMS } }, options),
  },
)

function issuerOf(organization: string): string {
  const name = requireOption(organization, 'asgardeo.organization', /^[\w-]+$/)
  return `https://api.asgardeo.io/t/${name}/oauth2/token`
}
