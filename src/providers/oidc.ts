import { acceptTokens } from './accept-tokens.ts'
import {
  defineProvider,
  type Provider,
  type SignInOptions,
  type TokenOptions,
} from './define-provider.ts'
import type { Capability, ClaimPlaces, ProviderProfile } from './profile.ts'
import { requireOption } from './require-option.ts'

const DISCOVERY = 'https://openid.net/specs/openid-connect-discovery-1_0.html'
const RFC_9068 = 'https://www.rfc-editor.org/rfc/rfc9068.html'
const LOOK = { supported: 'varies' } as const satisfies Partial<Capability>

const profile: ProviderProfile = {
  id: 'oidc',
  title: 'Anything with OpenID Connect',
  issuer: 'https://<host>/<path>',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'should be your resource identifier; name in `audience` what it is instead',
    source: `${RFC_9068}#section-3`,
  },
  claims: {
    scopes: ['scope', 'scopes', 'scp'],
    roles: ['roles'],
    groups: ['groups'],
    permissions: ['permissions'],
    clientId: ['client_id', 'azp'],
    tenant: ['org_id', 'tid', 'tenant_id'],
  },
  tokens: 'jwt or opaque',
  registration: { ...LOOK, text: 'where the metadata has `registration_endpoint`' },
  clientIdDocuments: {
    ...LOOK,
    text: 'where the metadata has `client_id_metadata_document_supported`',
  },
  resourceIndicators: { ...LOOK, text: 'no field of the metadata says so; look at a token' },
  pkceAdvertised: { ...LOOK, text: 'where the metadata has `code_challenge_methods_supported`' },
  revocation: { ...LOOK, text: 'where the metadata has `revocation_endpoint`' },
  needsServer: `**You need this server** unless clients can register there, and get tokens whose \`aud\`
is your server. Both is what the
[metadata](${DISCOVERY}) and a token of your own show.`,
  extraParameters: {},
  refresh: [
    {
      text: 'come with `offline_access` at most providers.',
      source: 'https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess',
    },
  ],
  traps: [
    {
      text: 'The issuer is compared character by character; a slash at its end counts.',
      source: `${DISCOVERY}#ProviderConfigurationValidation`,
    },
    {
      text: 'What it calls roles is named in `claims`, a path with dots for one that is nested.',
      source: 'https://www.rfc-editor.org/rfc/rfc9068.html#section-2.2.3.1',
    },
  ],
  steps: [
    'Register a client of the kind "web" with a secret.',
    'Its redirect URI: `https://auth.example.com/callback/oidc`, or with your own `name`.',
    'Copy `issuer` from the metadata, character by character.',
    'Copy the client identifier into `clientId`.',
    'Keep the secret: `OIDC_CLIENT_SECRET`.',
  ],
  directSteps: [
    'Register your resource identifier as an API, an audience or a resource.',
    'Give it the scopes of your policy.',
    'Look at a token: what its `aud` says, if it is not your resource identifier, goes into `audience`.',
  ],
  unconfirmed: [],
  emulated: false,
}

/** What signing in with `oidc` needs. */
export interface GenericSignInOptions extends SignInOptions {
  readonly issuer: string
  /** Sent as `audience`. @defaultValue none */
  readonly audience?: string
  /** Read the UserInfo endpoint too. @defaultValue false */
  readonly userInfo?: boolean
}

/** What `oidc.issuer` needs. */
export interface GenericTokenOptions extends TokenOptions {
  readonly issuer: string
  /** Where it puts what a principal is made of. @defaultValue the usual claims */
  readonly claims?: Partial<ClaimPlaces>
}

/**
 * Any provider with OpenID Connect Discovery.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/oidc.md
 */
export const oidc: Provider<GenericSignInOptions, GenericTokenOptions> = defineProvider(profile, {
  signIn: ({ issuer, ...options }: GenericSignInOptions) => ({
    name: profile.id,
    issuer: requireOption(issuer, 'oidc.issuer'),
    ...options,
  }),
  tokens: ({ issuer, claims, ...options }: GenericTokenOptions) =>
    acceptTokens(
      {
        issuer: requireOption(issuer, 'oidc.issuer'),
        words: { claims: { ...profile.claims, ...claims } },
      },
      options,
    ),
})
