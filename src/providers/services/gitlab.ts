import type { ServiceProfile } from './service-profile.ts'

const OAUTH = 'https://docs.gitlab.com/api/oauth2/'
const PROVIDER = 'https://docs.gitlab.com/integration/oauth_provider/'
const CODE = `${OAUTH}#authorization-code-with-proof-key-for-code-exchange-pkce`

/** GitLab.com and GitLab of your own. */
export const gitlab: ServiceProfile = {
  id: 'gitlab',
  title: 'GitLab',
  placeholders: { base: { text: 'GitLab.com, or your GitLab', value: 'https://gitlab.com' } },
  authorizationEndpoint: { value: '<base>/oauth/authorize', source: CODE },
  authorizationParameters: { value: {}, source: CODE },
  optionalParameters: {
    root_namespace_id: {
      text: 'the top group, where it signs users in with SAML',
      source: CODE,
    },
  },
  scopes: {
    value: { request: ' ', granted: ' ' },
    source: CODE,
  },
  pkce: { value: 'S256', source: CODE },
  tokenEndpoint: { value: '<base>/oauth/token', source: CODE },
  tokenRequest: {
    value: { authentication: 'client_secret_post', body: 'form', headers: {} },
    source: `${OAUTH}#authorization-code-flow`,
  },
  tokenErrors: {
    value: 'status',
    unconfirmed: 'the page shows no error; it refers to RFC 6749 for the flow',
  },
  reconnectErrors: {
    value: ['invalid_grant'],
    unconfirmed: 'the page shows no error; it refers to RFC 6749 for the flow',
  },
  refresh: {
    issued: { value: 'always', source: `${PROVIDER}#access-token-expiration` },
    scopes: [],
    rotates: { value: true, source: CODE },
    reuse: { value: 'refused', source: CODE },
    accessTokenSeconds: { value: 7_200, source: `${PROVIDER}#access-token-expiration` },
    idleDays: { value: undefined, unconfirmed: 'the pages name no end of refresh tokens' },
    notes: [
      {
        text: 'A refresh ends the access token that there was, too.',
        source: CODE,
      },
      {
        text: 'The documented refresh repeats `redirect_uri`, which must be that of the authorization request.',
        source: CODE,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: '<base>/oauth/revoke',
      authentication: 'client',
      body: 'form',
      tokens: ['access_token'],
      parameter: 'token',
      ends: 'token',
    },
    source: `${OAUTH}#revoke-a-token`,
  },
  identity: {
    value: {
      method: 'GET',
      url: '<base>/api/v4/user',
      body: undefined,
      scopes: ['read_user'],
      subject: 'id',
      name: 'username',
    },
    source: `${OAUTH}#access-gitlab-api-with-access-token`,
  },
  apiOrigins: [{ value: '<base>', source: `${OAUTH}#access-gitlab-api-with-access-token` }],
  apiHeaders: { value: {}, source: `${OAUTH}#access-gitlab-api-with-access-token` },
  traps: [
    {
      text: 'The documented answer has no `scope`. What was asked for is granted then.',
      source: CODE,
    },
    {
      text: 'Scopes have to be ticked at the application too; `api` reads and writes everything that the user can, `read_api` reads it.',
      source: `${PROVIDER}#view-all-authorized-applications`,
    },
    {
      text: 'Renewing the secret of the application stops it until the new one is there.',
      source: `${PROVIDER}#create-a-user-owned-application`,
    },
    {
      text: 'The API takes the token in the query string as well (`access_token=`), where it ends up in logs. Send the header.',
      source: `${OAUTH}#access-gitlab-api-with-access-token`,
    },
  ],
  steps: [
    'Your avatar → **Edit profile** → **Applications** → **Add new application**; for a group, **Settings** → **Applications**.',
    '**Redirect URI**: your callback address.',
    '**Scopes**: `read_user`, and what your tools need.',
    '**Save application**.',
    'Copy **Application ID**, which is the client identifier, and **Secret**.',
  ],
  unconfirmed: [],
  emulated: false,
}
