import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireOption } from './require-option.ts'

const DOCS = 'https://docs.duendesoftware.com/identityserver/'
const API_SCOPES = `${DOCS}fundamentals/resources/api-scopes`
const ISOLATION = `${DOCS}fundamentals/resources/isolation/`
const MCP = `${DOCS}quickstarts/8-mcp/`
const OPTIONS = `${DOCS}reference/v8/options/`

const profile: ProviderProfile = {
  id: 'duende',
  title: 'Duende IdentityServer',
  issuer: 'https://<host>/<path base>',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'the names of the API resources of its scopes; none for scopes without one',
    source: API_SCOPES,
  },
  claims: {
    scopes: ['scope'],
    roles: ['role'],
    groups: [],
    permissions: [],
    clientId: ['client_id'],
    tenant: [],
  },
  tokens: 'jwt or opaque',
  registration: {
    supported: 'option',
    text: 'a package of its own, and an option that puts it into the metadata',
    source: MCP,
  },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation of August 2026 does not mention them',
  },
  resourceIndicators: {
    supported: 'option',
    text: 'as *resource isolation*, in some editions',
    source: ISOLATION,
  },
  pkceAdvertised: {
    supported: 'unconfirmed',
    text: 'the sample of the document in the reference leaves it out',
  },
  revocation: {
    supported: 'yes',
    text: 'reference and refresh tokens',
    source: `${DOCS}reference/v8/endpoints/revocation/`,
  },
  needsServer: `**You do not need this server** where
[registration](${MCP})
is switched on and your MCP server is an API resource. Otherwise you do.`,
  extraParameters: {
    acr_values: '`idp:…` goes straight to an external provider, `tenant:…` names a tenant',
  },
  refresh: [
    {
      text: 'come with `offline_access`. They are used again and again, unless `RefreshTokenUsage` is `OneTime`.',
      source: `${DOCS}tokens/refresh/`,
    },
  ],
  traps: [
    {
      text: 'Scopes without an API resource give tokens without `aud`, which are refused. `EmitStaticAudienceClaim` adds `<issuer>/resources`, which every server behind it would accept.',
      source: API_SCOPES,
    },
    {
      text: 'Without `resource`, the token names every API that has the scope: it can be passed on from one to the other.',
      source: ISOLATION,
    },
    {
      text: '`scope` is a list in tokens, unless `EmitScopesAsSpaceDelimitedStringInJwt` is on. Both are read.',
      source: OPTIONS,
    },
    {
      text: 'Tokens say `at+jwt`, which `duende.issuer` asks for; with another `AccessTokenJwtType`, `requireAtJwt: false`.',
      source: OPTIONS,
    },
    {
      text: 'The issuer is made of the address that was asked for, with its path base, unless `IssuerUri` is set.',
      source: `${DOCS}reference/v8/endpoints/discovery/`,
    },
  ],
  steps: [
    'A `Client` with `ClientId`, `AllowedGrantTypes = GrantTypes.Code` and `RequirePkce = true`.',
    'Its `RedirectUris`: `https://auth.example.com/callback/duende`.',
    'Its `AllowedScopes`: `openid`, `profile`, `email`; `AllowOfflineAccess` for refresh tokens.',
    'Its `ClientSecrets`: the hash of `DUENDE_CLIENT_SECRET`.',
    'Copy `issuer` from the metadata, character by character.',
  ],
  directSteps: [
    'An `ApiResource` whose name is your resource identifier, with the scopes of your policy.',
    '`Duende.IdentityServer.Configuration` and `MapDynamicClientRegistration()`.',
    '`Discovery.DynamicClientRegistration.RegistrationEndpointMode` is `Inferred`.',
  ],
  unconfirmed: ['`role` in access tokens, which the API resource has to ask for'],
  emulated: false,
}

interface DuendeIssuer {
  readonly issuer: string
}

/** What signing in with `duende` needs. */
export interface DuendeSignInOptions extends SignInOptions, DuendeIssuer {}

/** What `duende.issuer` needs. */
export interface DuendeTokenOptions extends TokenOptions, DuendeIssuer {}

/**
 * Duende IdentityServer.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/duende.md
 */
export const duende: Provider<DuendeSignInOptions, DuendeTokenOptions> = defineProvider(profile, {
  signIn: ({ issuer, ...options }: DuendeSignInOptions) => ({
    name: profile.id,
    issuer: requireOption(issuer, 'duende.issuer'),
    scopes: ['profile', 'email'],
    claims: { email: 'email', name: 'name', roles: 'role' },
    ...options,
  }),
  tokens: ({ issuer, ...options }: DuendeTokenOptions) =>
    acceptTokens(
      {
        issuer: requireOption(issuer, 'duende.issuer'),
        requireAtJwt: true,
        words: { claims: profile.claims },
      },
      options,
    ),
})
