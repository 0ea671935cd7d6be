import { acceptTokens } from './accept-tokens.ts'
import {
  type AcceptedTokens,
  defineSignIn,
  type OAuthSignIn,
  type SignInOptions,
  type SignInProvider,
} from './define-provider.ts'
import { type GenericTokenOptions, oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'
import { requireOption } from './require-option.ts'

const RFC_6749 = 'https://www.rfc-editor.org/rfc/rfc6749.html'

const profile: ProviderProfile = {
  ...oidc.profile,
  id: 'oauth',
  title: 'Anything with OAuth 2.0',
  discovery: '`/.well-known/oauth-authorization-server` before the path of the issuer, or none',
  needsServer: `**You need this server** unless it has metadata (RFC 8414), clients can register there, and
get tokens whose \`aud\` is your server.`,
  refresh: [
    { text: 'differ; the token answer has one or not.', source: `${RFC_6749}#section-5.1` },
  ],
  traps: [
    {
      text: 'OAuth 2.0 says nothing about who the user is: `userInfoEndpoint` is an API of the provider that does, and `subjectClaim` what never changes there.',
      source: `${RFC_6749}#section-1.4`,
    },
    {
      text: 'Without OpenID Connect there is no nonce; PKCE and `state` bind the answer to the browser.',
      source: 'https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.1',
    },
  ],
  steps: [
    'Register a client of the kind "web" with a secret.',
    'Its redirect URI: `https://auth.example.com/callback/oauth`, or with your own `name`.',
    'Find out the addresses for authorization, tokens and the user.',
    'Copy the client identifier into `clientId`.',
    'Keep the secret: `OAUTH_CLIENT_SECRET`.',
  ],
}

/** What signing in with `oauth` needs. */
export interface GenericOAuthOptions extends SignInOptions {
  /** What identities are kept under, such as `https://git.example.com`. */
  readonly issuer: string
  readonly authorizationEndpoint: string
  readonly tokenEndpoint: string
  /** Answers with JSON about the user whose access token it gets. */
  readonly userInfoEndpoint: string
  /** @defaultValue `sub` */
  readonly subjectClaim?: string
}

/**
 * Any provider with OAuth 2.0 and an address that answers who the user is.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/oauth.md
 */
export const oauth: SignInProvider<GenericOAuthOptions, OAuthSignIn> & {
  issuer(options: GenericTokenOptions): AcceptedTokens
} = Object.assign(
  defineSignIn(
    profile,
    ({ issuer, ...options }: GenericOAuthOptions): OAuthSignIn => ({
      name: profile.id,
      kind: 'oauth',
      issuer: requireOption(issuer, 'oauth.issuer'),
      ...options,
    }),
  ),
  {
    issuer: ({ issuer, claims, ...options }: GenericTokenOptions): AcceptedTokens =>
      acceptTokens(
        {
          issuer: requireOption(issuer, 'oauth.issuer'),
          words: { claims: { ...profile.claims, ...claims } },
        },
        options,
      ),
  },
)
