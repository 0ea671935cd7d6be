import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import { prefixedScopes } from './map-scopes.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase, requireOption } from './require-option.ts'

const GUIDE = 'https://docs.aws.amazon.com/cognito/latest/developerguide/'
const ACCESS_TOKEN = `${GUIDE}amazon-cognito-user-pools-using-the-access-token.html`
const RESOURCES = `${GUIDE}cognito-user-pools-define-resource-servers.html`
const REGISTRATION = `${GUIDE}cognito-user-pools-dynamic-client-registration.html`

const profile: ProviderProfile = {
  id: 'cognito',
  title: 'Amazon Cognito',
  issuer: 'https://cognito-idp.<region>.amazonaws.com/<user pool id>',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'no `aud` at all, unless the client sent `resource`: then that',
    source: ACCESS_TOKEN,
  },
  claims: {
    scopes: ['scope'],
    roles: ['cognito:groups'],
    groups: ['cognito:groups'],
    permissions: [],
    clientId: ['client_id'],
    tenant: [],
  },
  tokens: 'jwt',
  registration: {
    supported: 'option',
    text: 'where the pool has it on; Essentials or Plus',
    source: REGISTRATION,
  },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention them',
  },
  resourceIndicators: {
    supported: 'option',
    text: 'with managed login; Essentials or Plus',
    source: `${RESOURCES}#cognito-user-pools-resource-binding`,
  },
  pkceAdvertised: {
    supported: 'no',
    text: 'supported, and not in the metadata',
    source: 'https://github.com/anthropics/claude-code/issues/13275',
  },
  revocation: {
    supported: 'yes',
    text: 'refresh tokens, and the access tokens that came of them',
    source: `${GUIDE}revocation-endpoint.html`,
  },
  needsServer: `**You need this server**: a pool supports PKCE and
[leaves it out of its metadata](https://github.com/anthropics/claude-code/issues/13275), where MCP clients
look for it. Clients that do not look need
[dynamic client registration](${REGISTRATION})
on, which needs the Essentials or Plus plan and counts every client against the quota of the pool; the
\`aud\` of their tokens has to be your MCP server.`,
  extraParameters: { identity_provider: 'goes straight to one of the providers behind the pool' },
  refresh: [
    {
      text: 'come with every code. There is no `offline_access`.',
      source: `${GUIDE}token-endpoint.html`,
    },
    {
      text: 'They live for 30 days unless the app client says otherwise.',
      source: `${GUIDE}amazon-cognito-user-pools-using-the-refresh-token.html`,
    },
  ],
  traps: [
    {
      text: 'Callback URLs are https, or `http://localhost`; not 127.0.0.1. To try this on your machine, make the issuer `http://localhost:4000`.',
      source: `${GUIDE}authorization-endpoint.html`,
    },
    {
      text: 'Groups are in `cognito:groups`, which become roles.',
      source: `${GUIDE}amazon-cognito-user-pools-using-tokens-with-identity-providers.html`,
    },
    {
      text: 'Access tokens without `aud` are refused. Name the app clients whose tokens you accept all the same in `clientsWithoutAudience`: whatever such a client got a token for, it can use it here. The ID token, which has an `aud`, is refused by its `token_use`.',
      source: ACCESS_TOKEN,
    },
    {
      text: 'A scope is `<resource server identifier>/<name>` in requests and in tokens; name the resource server, and your policy has the bare names.',
      source: RESOURCES,
    },
  ],
  steps: [
    'Give the user pool a domain, under **Domain**.',
    '**App clients** → **Create app client** → **Traditional web application**, which has a secret.',
    'Callback URL: `https://auth.example.com/callback/cognito`.',
    'Allowed grant: **Authorization code grant**. Allowed scopes: `openid`, `email`, `profile`.',
    'Copy the *client ID* into `clientId`, the *secret*: `COGNITO_CLIENT_SECRET`, and region and user pool ID.',
  ],
  directSteps: [
    '**Resource servers** → **Create**: the *identifier* is your resource identifier, with the scopes of your policy.',
    '**App clients**: one for each client, or dynamic client registration on.',
    'Look at a token: without `aud`, its `client_id` goes into `clientsWithoutAudience`.',
  ],
  unconfirmed: [],
  emulated: true,
}

interface CognitoPool {
  /** Such as `eu-central-1`. */
  readonly region: string
  /** Such as `eu-central-1_EXAMPLE`. */
  readonly userPoolId: string
  /** For other partitions of AWS. @defaultValue `https://cognito-idp.<region>.amazonaws.com` */
  readonly endpoint?: string
}

/** What signing in with `cognito` needs. */
export interface CognitoSignInOptions extends SignInOptions, CognitoPool {}

/** What `cognito.issuer` needs. */
export interface CognitoTokenOptions extends TokenOptions, CognitoPool {
  /** Identifier of the resource server, which its scopes begin with. @defaultValue none */
  readonly resourceServer?: string
  /**
   * App clients whose tokens are accepted though they have no `aud`.
   * @defaultValue none: tokens need `aud`
   */
  readonly clientsWithoutAudience?: readonly string[]
}

/**
 * Amazon Cognito. Groups are `principal.roles`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/cognito.md
 */
export const cognito: Provider<CognitoSignInOptions, CognitoTokenOptions> = defineProvider(
  profile,
  {
    signIn: ({ region, userPoolId, endpoint, ...options }: CognitoSignInOptions) => ({
      name: profile.id,
      issuer: issuerOf(region, userPoolId, endpoint),
      scopes: ['profile', 'email'],
      claims: { email: 'email', name: 'name', roles: 'cognito:groups' },
      ...options,
    }),
    tokens: ({ region, userPoolId, endpoint, resourceServer, ...options }: CognitoTokenOptions) =>
      acceptTokens(
        {
          issuer: issuerOf(region, userPoolId, endpoint),
          words: {
            claims: profile.claims,
            ...(resourceServer !== undefined && prefixedScopes(`${resourceServer}/`)),
          },
        },
        options,
      ),
  },
)

function issuerOf(region: string, userPoolId: string, endpoint: string | undefined): string {
  const pool = requireOption(userPoolId, 'cognito.userPoolId', /^[\w-]+$/)
  const host = `cognito-idp.${requireOption(region, 'cognito.region', /^[\w-]+$/)}.amazonaws.com`
  return `${requireBase(endpoint ?? host, 'cognito.endpoint')}/${pool}`
}
