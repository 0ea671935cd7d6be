import {
  defineSignIn,
  type OidcSignIn,
  type SignInOptions,
  type SignInProvider,
} from './define-provider.ts'
import type { ProviderProfile } from './profile.ts'

const OPENID = 'https://developers.google.com/identity/openid-connect/'
const METADATA = `${OPENID}reference#discovery-document`
const OAUTH = 'https://developers.google.com/identity/protocols/oauth2'

const profile: ProviderProfile = {
  id: 'google',
  title: 'Google',
  issuer: 'https://accounts.google.com',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'none: access tokens are opaque, and for the APIs of Google',
    source: METADATA,
  },
  claims: { scopes: [], roles: [], groups: [], permissions: [], clientId: [], tenant: ['hd'] },
  tokens: 'opaque',
  registration: { supported: 'no', text: 'no endpoint in the metadata', source: METADATA },
  clientIdDocuments: { supported: 'no', text: 'not in the metadata', source: METADATA },
  resourceIndicators: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention `resource`',
  },
  pkceAdvertised: {
    supported: 'yes',
    text: '`plain` and `S256`',
    source: `${OPENID}openid-connect#discovery`,
  },
  revocation: {
    supported: 'yes',
    text: 'access and refresh tokens',
    source: `${OAUTH}/web-server#tokenrevoke`,
  },
  needsServer: `**You need this server**: Google's
[metadata](${METADATA}) has no
registration, and its access tokens are for Google's APIs.`,
  extraParameters: {
    access_type: '`offline` for a refresh token',
    prompt: '`consent` for one at every sign-in',
    hd: 'proposes accounts of one organization, and limits nothing',
  },
  refresh: [
    {
      text: 'need both parameters of `offline: true`: `access_type=offline`, and `prompt=consent` since Google gives one the first time only. They make Google ask at every sign-in; without an API to call, leave it out.',
      source: `${OAUTH}/web-server#offline`,
    },
  ],
  traps: [
    {
      text: 'With **External**, everybody with a Google account can sign in. **Internal** is what limits that.',
      source: 'https://support.google.com/cloud/answer/15549945',
    },
    {
      text: 'The parameter `hd` limits nothing, the claim `hd` does. It is `principal.tenant`, for the [policy](../policies.md#keep-tenants-and-owners-apart).',
      source: `${OPENID}openid-connect#hd-param`,
    },
    {
      text: 'In **Testing**, refresh tokens end after 7 days, unless only name, address and profile are asked for. Everywhere they end after 6 months without use, and of one user and client the 101st ends the first.',
      source: `${OAUTH}#expiration`,
    },
  ],
  steps: [
    'In the Google Cloud console: **Google Auth Platform** → **Audience**, **Internal** for the people of your organization only.',
    '**Clients** → **Create client** → **Web application**.',
    'Under **Authorized redirect URIs**: `https://auth.example.com/callback/google`.',
    'Copy the *client secret*: `GOOGLE_CLIENT_SECRET`.',
    'Copy the *client ID* into `clientId`. The issuer is the same for everybody.',
  ],
  directSteps: undefined,
  unconfirmed: [],
  emulated: true,
}

/** What signing in with `google` needs. */
export interface GoogleSignInOptions extends SignInOptions {
  /** Ask for a refresh token, for tools that call an API of Google. @defaultValue false */
  readonly offline?: boolean
}

/**
 * Google. The organization of the account is `principal.tenant`.
 *
 * @see docs/providers/google.md
 */
export const google: SignInProvider<GoogleSignInOptions> = defineSignIn(
  profile,
  ({ offline = false, extraAuthorizeParams, ...options }: GoogleSignInOptions): OidcSignIn => ({
    name: profile.id,
    issuer: profile.issuer,
    scopes: ['profile', 'email'],
    extraAuthorizeParams: {
      ...(offline && { access_type: 'offline', prompt: 'consent' }),
      ...extraAuthorizeParams,
    },
    ...options,
  }),
)
