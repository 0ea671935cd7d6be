import type { TokenClaims } from '../principal/index.ts'
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

const LEARN = 'https://learn.microsoft.com/en-us/entra/identity-platform/'
const ACCESS_CLAIMS = `${LEARN}access-token-claims-reference`
const ID_CLAIMS = `${LEARN}id-token-claims-reference#payload-claims`
const TENANT_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

const profile: ProviderProfile = {
  id: 'entra',
  title: 'Entra ID',
  issuer: 'https://login.microsoftonline.com/<tenant id>/v2.0',
  discovery: '`/.well-known/openid-configuration` after the issuer',
  audience: {
    text: 'version 2: the application (client) ID of the API; version 1: that, or its application ID URI',
    source: `${ACCESS_CLAIMS}#payload-claims`,
  },
  claims: {
    scopes: ['scp'],
    roles: ['roles'],
    groups: ['groups'],
    permissions: [],
    clientId: ['azp', 'appid'],
    tenant: ['tid'],
  },
  tokens: 'jwt',
  registration: {
    supported: 'no',
    text: 'no endpoint',
    source:
      'https://learn.microsoft.com/en-us/microsoft-365/copilot/extensibility/plugin-authentication-dynamic-client-registration',
  },
  clientIdDocuments: {
    supported: 'unconfirmed',
    text: 'the documentation that could be read does not mention them',
  },
  resourceIndicators: {
    supported: 'no',
    text: '`resource` beside `scope` is refused (AADSTS901002)',
    source: `${LEARN}reference-error-codes`,
  },
  pkceAdvertised: {
    supported: 'no',
    text: 'supported, and not in the metadata',
    source: 'https://github.com/modelcontextprotocol/typescript-sdk/issues/832',
  },
  revocation: {
    supported: 'no',
    text: 'an administrator ends the sign-ins of a user instead',
    source: `${LEARN}refresh-tokens#token-revocation`,
  },
  needsServer: `**You need this server**: Entra ID
[has no registration endpoint](https://learn.microsoft.com/en-us/microsoft-365/copilot/extensibility/plugin-authentication-dynamic-client-registration),
and refuses the \`resource\` that MCP clients send
([AADSTS901002](${LEARN}reference-error-codes)).`,
  extraParameters: { domain_hint: 'skips the question which account to use' },
  refresh: [
    {
      text: 'come with `offline_access` only.',
      source: `${LEARN}scopes-oidc#offline_access`,
    },
    { text: 'They live 90 days.', source: `${LEARN}refresh-tokens#token-lifetime` },
  ],
  traps: [
    {
      text: '`common`, `organizations` and a domain instead of the ID of the tenant do not work: their metadata names another issuer. They are `ERR_CONFIG_PROVIDER_OPTION` at start.',
      source: `${LEARN}access-tokens#validate-the-issuer`,
    },
    {
      text: '`sub` is different for every app registration: behind a new registration, everybody is a new user. Keep it, and change its secret instead.',
      source: ID_CLAIMS,
    },
    {
      text: '`email` is neither checked nor lasting, so it is left out. `oid` with `tid` names somebody in Microsoft Graph too.',
      source: ID_CLAIMS,
    },
    {
      text: 'A secret lives for 24 months at most. After that every sign-in fails with `invalid_client`.',
      source: `${LEARN}how-to-add-credentials`,
    },
    {
      text: 'For tools that call an API, add its scopes, such as `User.Read` for Microsoft Graph; all of one API.',
      source: `${LEARN}v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token`,
    },
    {
      text: 'With scopes of an API of this very registration (`api://<clientId>/…`), set `sendScopesOnRefresh: true`: renewing fails where they are left out (AADSTS90009).',
      source: 'https://github.com/modelcontextprotocol/typescript-sdk/issues/2718',
    },
    {
      text: 'Which version the access tokens of an API have is a property of that API, `requestedAccessTokenVersion`, whatever endpoint was asked; unset, it is version 1, with another issuer. Set it to 2, or say `version: 1`.',
      source: `${LEARN}access-tokens#token-formats`,
    },
    {
      text: 'A token that an application got for itself has roles and no `scp`, and a `sub` of its own. With the optional claim `idtyp` its principal is of kind `client`, and `requireSubject` and `allowClients: false` keep it out. Without it, it looks like a person: ask for a scope where only people may go.',
      source: `${LEARN}optional-claims-reference#v10-and-v20-optional-claims-set`,
    },
  ],
  steps: [
    'In the [admin center](https://entra.microsoft.com): **App registrations** → **New registration**, **Accounts in this organizational directory only**.',
    '**Authentication** → **Add a platform** → **Web**, with the redirect URI `https://auth.example.com/callback/entra`.',
    '**Certificates & secrets** → **New client secret**. Its *value* is shown once: `ENTRA_CLIENT_SECRET`.',
    'For roles: **App roles** → **Create app role**, then assign people under **Enterprise applications**.',
    'From **Overview**: *Directory (tenant) ID* into `tenant`, *Application (client) ID* into `clientId`.',
  ],
  directSteps: [
    'An app registration for the MCP server: **Expose an API**, with the scopes of your policy.',
    'In its **Manifest**: `requestedAccessTokenVersion` is `2`, and `optionalClaims.accessToken` names `idtyp`.',
    'An app registration for each client, which an administrator makes. Only clients that send no `resource` get through.',
  ],
  unconfirmed: [],
  emulated: true,
}

interface EntraTenant {
  /** *Directory (tenant) ID*. */
  readonly tenant: string
  /** For national clouds. @defaultValue `https://login.microsoftonline.com` */
  readonly authority?: string
}

/** What signing in with `entra` needs. */
export interface EntraSignInOptions extends SignInOptions, EntraTenant {}

/** What `entra.issuer` needs. */
export interface EntraTokenOptions extends TokenOptions, EntraTenant {
  /** *Application (client) ID* of the API that tokens are for. */
  readonly clientId: string
  /** Its application ID URI, which its scopes begin with. @defaultValue `api://<clientId>` */
  readonly appIdUri?: string
  /** `requestedAccessTokenVersion` of the API. @defaultValue 2 */
  readonly version?: 1 | 2
}

/**
 * Microsoft Entra ID, one tenant. Scopes are asked for as `api://…/name` and come as `name`.
 *
 * @throws {ConfigError} `ERR_CONFIG_PROVIDER_OPTION` for a value that cannot be right
 * @see docs/providers/entra.md
 */
export const entra: Provider<EntraSignInOptions, EntraTokenOptions> = defineProvider(profile, {
  signIn: ({ tenant, authority, ...options }: EntraSignInOptions) => ({
    name: profile.id,
    issuer: `${baseOf(tenant, authority)}/v2.0`,
    scopes: ['profile', 'offline_access'],
    claims: { name: 'name', oid: 'oid', roles: 'roles', tenant_id: 'tid' },
    ...options,
  }),
  tokens({ tenant, authority, clientId, appIdUri, version = 2, ...options }: EntraTokenOptions) {
    const base = baseOf(tenant, authority)
    const id = requireOption(clientId, 'entra.clientId')
    const uri = appIdUri ?? `api://${id}`
    const { toRequest } = prefixedScopes(`${uri}/`)
    const known = {
      issuer: `${base}/v2.0`,
      audience: version === 2 ? [id] : [id, uri],
      words: { claims: profile.claims, toRequest },
      subjectIsClient: ({ idtyp }: TokenClaims) => idtyp === 'app',
      ...(version === 1 && {
        tokenIssuer: `https://sts.windows.net/${tenant}/`,
        jwksUri: `${base}/discovery/keys`,
      }),
    }
    return acceptTokens(known, options)
  },
})

function baseOf(tenant: string, authority = 'https://login.microsoftonline.com'): string {
  const id = requireOption(tenant, 'entra.tenant', TENANT_ID)
  return `${requireBase(authority, 'entra.authority')}/${id}`
}
