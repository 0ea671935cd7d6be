import {
  defineSignIn,
  type OAuthSignIn,
  type SignInOptions,
  type SignInProvider,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'
import { requireBase } from './require-option.ts'

const DOCS = 'https://docs.github.com/en/'
const AUTHORIZING = `${DOCS}apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps`
const APPS = `${DOCS}apps/creating-github-apps/authenticating-with-a-github-app/`
const NO_METADATA = 'OAuth 2.0 without metadata'

const profile: ProviderProfile = {
  id: 'github',
  title: 'GitHub',
  issuer: 'https://github.com',
  discovery: 'none',
  audience: {
    text: 'none: access tokens are opaque, and for the API of GitHub',
    source: AUTHORIZING,
  },
  claims: { scopes: [], roles: [], groups: [], permissions: [], clientId: [], tenant: [] },
  tokens: 'opaque',
  registration: {
    supported: 'no',
    text: 'never planned',
    source: 'https://github.com/github/github-mcp-server/issues/2532',
  },
  clientIdDocuments: {
    supported: 'no',
    text: 'hoped for, without a date',
    source: 'https://github.com/github/github-mcp-server/issues/2532',
  },
  resourceIndicators: {
    supported: 'unconfirmed',
    text: 'the documentation does not mention `resource` among the parameters',
  },
  pkceAdvertised: { supported: 'no', text: NO_METADATA, source: AUTHORIZING },
  revocation: {
    supported: 'no',
    text: 'an API of its own instead, `DELETE /applications/{client_id}/token`',
    source: `${DOCS}rest/apps/oauth-applications`,
  },
  needsServer: `**You need this server**: GitHub has
[OAuth 2.0 without OpenID Connect](${AUTHORIZING}),
so nothing that clients could discover, and tokens for its own API.`,
  extraParameters: { allow_signup: '`false` offers no registration of a new account' },
  refresh: [
    {
      text: 'come while expiry is on: access tokens of 8 hours, refresh tokens of 6 months that work once. Without it, and for OAuth apps, the access token has no end and there is nothing to renew.',
      source: `${APPS}refreshing-user-access-tokens`,
    },
  ],
  traps: [
    {
      text: 'Everybody with a GitHub account can sign in. Users are told apart by the number `id`, which stays; `login` can be changed.',
      source: `${DOCS}account-and-profile/setting-up-and-managing-your-personal-account-on-github/managing-user-account-settings/changing-your-github-username`,
    },
    {
      text: "A GitHub App has permissions and no scopes, and sees only repositories that it is installed in. With an OAuth app, add `scopes: ['read:user', 'repo']`.",
      source: `${APPS}generating-a-user-access-token-for-a-github-app`,
    },
    {
      text: 'A token that nobody has used for a year is revoked; of an OAuth app, the oldest of more than ten with the same scopes is too.',
      source: `${DOCS}authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation`,
    },
  ],
  steps: [
    '**Settings** → **Developer settings** → **GitHub Apps** → **New GitHub App**.',
    '**Callback URL**: `https://auth.example.com/callback/github`. Leave **Expire user authorization tokens** on, and turn **Active** off under **Webhook**.',
    '**Permissions**: what your tools do at GitHub; none for signing in.',
    '**Generate a new client secret**: `GITHUB_CLIENT_SECRET`.',
    'Copy the *Client ID* (not the App ID) into `clientId`.',
  ],
  directSteps: undefined,
  unconfirmed: [],
  emulated: true,
}

/** What signing in with `github` needs. */
export interface GithubSignInOptions extends SignInOptions {
  /** Of GitHub Enterprise. @defaultValue `https://github.com` */
  readonly baseUrl?: string
  /** Of GitHub Enterprise. @defaultValue `https://api.github.com` */
  readonly apiUrl?: string
}

/**
 * GitHub: its number of the user is the subject.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/github.md
 */
export const github: SignInProvider<GithubSignInOptions, OAuthSignIn> = defineSignIn(
  profile,
  ({
    baseUrl = profile.issuer,
    apiUrl = 'https://api.github.com',
    ...options
  }: GithubSignInOptions): OAuthSignIn => {
    const base = requireBase(baseUrl, 'github.baseUrl')
    return {
      name: profile.id,
      kind: 'oauth',
      issuer: base,
      authorizationEndpoint: `${base}/login/oauth/authorize`,
      tokenEndpoint: `${base}/login/oauth/access_token`,
      userInfoEndpoint: `${requireBase(apiUrl, 'github.apiUrl')}/user`,
      subjectClaim: 'id',
      claims: { name: ['name', 'login'], login: 'login' },
      ...options,
    }
  },
)
