import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase, requireOption } from './require-option.ts'

const QUICKSTART = 'https://docs.scalekit.com/authenticate/mcp/quickstart/'
const XMCP = 'https://docs.scalekit.com/authenticate/mcp/xmcp-quickstart/'
const TROUBLESHOOTING = 'https://docs.scalekit.com/authenticate/mcp/troubleshooting/'

const profile: ProviderProfile = {
  id: 'scalekit',
  title: 'Scalekit',
  issuer: 'https://<environment>.scalekit.com',
  discovery:
    '`/.well-known/oauth-authorization-server` after `<environment>/resources/<resource id>`',
  audience: {
    text: 'the resource id `res_…`, and the *Server URL* beside it where that is filled in',
    source: QUICKSTART,
  },
  claims: {
    scopes: ['scope', 'scopes'],
    roles: [],
    groups: [],
    permissions: [],
    clientId: ['client_id', 'azp'],
    tenant: ['org_id'],
  },
  tokens: 'jwt',
  registration: { supported: 'option', text: 'a setting of the MCP server', source: QUICKSTART },
  clientIdDocuments: {
    supported: 'option',
    text: 'a setting of the MCP server',
    source: QUICKSTART,
  },
  resourceIndicators: {
    supported: 'unconfirmed',
    text: 'each MCP server is an authorization server of its own there, so that none is needed',
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: 'no page of the documentation shows the document; clients are told to use S256',
  },
  revocation: {
    supported: 'unconfirmed',
    text: 'an administrator revokes the consent of a user; no endpoint is documented',
  },
  needsServer: `**You do not need this server**: Scalekit is an
[authorization server for MCP](${QUICKSTART})
itself. Put ours in front only to sign in people of Scalekit and of other providers alike.`,
  extraParameters: {},
  refresh: [{ text: 'come with `offline_access` only.', source: TROUBLESHOOTING }],
  traps: [
    {
      text: 'Access tokens have the environment as `iss`, while clients are sent to `<environment>/resources/<resource id>`, whose metadata has the registration endpoint. `scalekit.issuer` knows both.',
      source: XMCP,
    },
    {
      text: 'The metadata of the resource is at `/.well-known/oauth-authorization-server` only, `/.well-known/openid-configuration` is 404 there.',
      source: XMCP,
    },
    {
      text: 'A resource server needs no client secret: keys are at `<environment>/keys`.',
      source: XMCP,
    },
    {
      text: 'Restart the MCP server when registration or metadata documents were switched on or off: frameworks keep what they have read.',
      source: QUICKSTART,
    },
  ],
  steps: [
    'Dashboard: **Full Stack Auth**, and **Settings** → **API Credentials**.',
    'Under **Redirects**, allow `https://auth.example.com/callback/scalekit`.',
    'Copy the *Environment URL* into `environmentUrl`.',
    'Copy the *Client ID* into `clientId`.',
    'Make a secret: `SCALEKIT_CLIENT_SECRET`.',
  ],
  directSteps: [
    '**MCP servers** → **Add MCP server**, with **dynamic client registration** and **Client ID Metadata Document** on.',
    '**Advanced settings**: the *Server URL* is your resource identifier, *Scopes* those of your policy.',
    'Copy the *Resource ID*, `res_…`, and the *Environment URL*.',
  ],
  unconfirmed: [
    'the names of the menus were not all seen in the documentation',
    'where the sign-in of people, without an MCP server, takes its redirect URI',
  ],
  emulated: true,
}

interface ScalekitEnvironment {
  /** Such as `https://acme.scalekit.com`. */
  readonly environmentUrl: string
}

/** What signing in with `scalekit` needs. */
export interface ScalekitSignInOptions extends SignInOptions, ScalekitEnvironment {}

/** What `scalekit.issuer` needs. */
export interface ScalekitTokenOptions extends TokenOptions, ScalekitEnvironment {
  /** Of the MCP server: `res_…`. */
  readonly resourceId: string
}

/**
 * Scalekit. The organization is `principal.tenant`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/scalekit.md
 */
export const scalekit: Provider<ScalekitSignInOptions, ScalekitTokenOptions> = defineProvider(
  profile,
  {
    signIn: ({ environmentUrl, ...options }: ScalekitSignInOptions) => ({
      name: profile.id,
      issuer: requireBase(environmentUrl, 'scalekit.environmentUrl'),
      scopes: ['profile', 'email'],
      ...options,
    }),
    tokens({ environmentUrl, resourceId, ...options }: ScalekitTokenOptions) {
      const environment = requireBase(environmentUrl, 'scalekit.environmentUrl')
      const id = requireOption(resourceId, 'scalekit.resourceId', /^res_\w+$/)
      const issuer = `${environment}/resources/${id}`
      const known = {
        issuer,
        tokenIssuer: environment,
        metadataUrl: `${issuer}/.well-known/oauth-authorization-server`,
        jwksUri: `${environment}/keys`,
        audience: id,
        words: { claims: profile.claims },
      }
      return acceptTokens(known, options)
    },
  },
)
