import type { ServiceProfile } from './service-profile.ts'

const LEARN = 'https://learn.microsoft.com/en-us/entra/identity-platform/'
const CODE_FLOW = `${LEARN}v2-oauth2-auth-code-flow`
const GRAPH = 'https://learn.microsoft.com/en-us/graph/'

/** Microsoft Graph: Outlook, OneDrive, Teams and the directory, with Entra ID in front. */
export const microsoftGraph: ServiceProfile = {
  id: 'microsoft-graph',
  title: 'Microsoft Graph',
  placeholders: {
    tenant: {
      text: '*Directory (tenant) ID*, or whose accounts: `common`, `organizations`, `consumers`',
    },
  },
  authorizationEndpoint: {
    value: 'https://login.microsoftonline.com/<tenant>/oauth2/v2.0/authorize',
    source: `${CODE_FLOW}#request-an-authorization-code`,
  },
  authorizationParameters: {
    value: {},
    source: `${CODE_FLOW}#request-an-authorization-code`,
  },
  optionalParameters: {
    prompt: {
      text: '`select_account` asks which account, `consent` asks for the permissions again',
      source: `${CODE_FLOW}#request-an-authorization-code`,
    },
    login_hint: {
      text: 'proposes an account',
      source: `${CODE_FLOW}#request-an-authorization-code`,
    },
    domain_hint: {
      text: 'skips the question which organization',
      source: `${CODE_FLOW}#request-an-authorization-code`,
    },
  },
  scopes: {
    value: { request: ' ', granted: ' ' },
    source: `${CODE_FLOW}#request-an-authorization-code`,
  },
  pkce: { value: 'S256', source: `${CODE_FLOW}#request-an-authorization-code` },
  tokenEndpoint: {
    value: 'https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token',
    source: `${CODE_FLOW}#redeem-a-code-for-an-access-token`,
  },
  tokenRequest: {
    value: { authentication: 'client_secret_post', body: 'form', headers: {} },
    source: `${CODE_FLOW}#redeem-a-code-for-an-access-token`,
  },
  tokenErrors: { value: 'status', source: `${CODE_FLOW}#error-codes-for-token-endpoint-errors` },
  reconnectErrors: {
    value: ['invalid_grant', 'interaction_required', 'consent_required'],
    source: `${CODE_FLOW}#error-codes-for-token-endpoint-errors`,
  },
  refresh: {
    issued: { value: 'always', source: `${LEARN}scopes-oidc#offline_access` },
    scopes: ['offline_access'],
    rotates: { value: true, source: `${LEARN}refresh-tokens#token-lifetime` },
    reuse: { value: 'accepted', source: `${LEARN}refresh-tokens#token-lifetime` },
    accessTokenSeconds: {
      value: undefined,
      source: `${LEARN}access-tokens#token-lifetime`,
    },
    idleDays: { value: 90, source: `${LEARN}refresh-tokens#token-lifetime` },
    notes: [
      {
        text: 'A new one comes with each refresh, and the old one is not revoked: throw it away.',
        source: `${LEARN}refresh-tokens#token-lifetime`,
      },
      {
        text: 'One refresh token is good for tokens of every API that the client has consent for, not of Graph alone.',
        source: `${LEARN}refresh-tokens`,
      },
    ],
  },
  revocation: { value: 'none', source: `${LEARN}refresh-tokens#token-revocation` },
  identity: {
    value: {
      method: 'GET',
      url: 'https://graph.microsoft.com/v1.0/me',
      body: undefined,
      scopes: ['User.Read'],
      subject: 'id',
      name: 'userPrincipalName',
    },
    source: `${GRAPH}api/user-get`,
  },
  apiOrigins: [{ value: 'https://graph.microsoft.com', source: `${GRAPH}use-the-api` }],
  apiHeaders: { value: {}, source: `${GRAPH}auth-v2-user` },
  traps: [
    {
      text: 'Scopes of one token are all of one API. Of scopes of several, the token is for the first.',
      source: `${CODE_FLOW}#refresh-the-access-token`,
    },
    {
      text: 'Some permissions need an administrator. Users who are none get an error instead of a question.',
      source: `${CODE_FLOW}#request-an-authorization-code`,
    },
    {
      text: 'A redirect URI of the type *single-page application* gets refresh tokens of 24 hours. Register *Web*.',
      source: `${LEARN}refresh-tokens#token-lifetime`,
    },
    {
      text: 'There is no revocation endpoint: disconnecting is forgetting the tokens.',
      source: `${LEARN}refresh-tokens#token-revocation`,
    },
    {
      text: 'A secret lives for 24 months at most. After that every refresh fails with `invalid_client`.',
      source: `${LEARN}how-to-add-credentials`,
    },
  ],
  steps: [
    'In the [admin center](https://entra.microsoft.com): **App registrations** → **New registration**, with the accounts that may connect.',
    '**Authentication** → **Add a platform** → **Web**, with your callback address.',
    '**API permissions** → **Microsoft Graph** → **Delegated permissions**: `offline_access`, `User.Read`, and what your tools need.',
    '**Certificates & secrets** → **New client secret**. Its *value* is shown once.',
    'From **Overview**: *Application (client) ID*, and *Directory (tenant) ID*.',
  ],
  unconfirmed: [],
  emulated: false,
}
