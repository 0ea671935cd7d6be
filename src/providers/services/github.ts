import type { ServiceProfile } from './service-profile.ts'

const DOCS = 'https://docs.github.com/en/'
const OAUTH_APPS = `${DOCS}apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps`
const APPS = `${DOCS}apps/creating-github-apps/authenticating-with-a-github-app/`
const USER_TOKEN = `${APPS}generating-a-user-access-token-for-a-github-app`
const REFRESHING = `${APPS}refreshing-user-access-tokens`
const REST = `${DOCS}rest/using-the-rest-api/getting-started-with-the-rest-api`
const DISCUSSION = 'https://github.com/orgs/community/discussions/24745'

/** GitHub and GitHub Enterprise: GitHub Apps, and OAuth apps. */
export const github: ServiceProfile = {
  id: 'github',
  title: 'GitHub',
  placeholders: {
    base: { text: 'GitHub, or your GitHub Enterprise Server', value: 'https://github.com' },
    api: { text: 'its REST API', value: 'https://api.github.com' },
  },
  authorizationEndpoint: { value: '<base>/login/oauth/authorize', source: OAUTH_APPS },
  authorizationParameters: { value: {}, source: OAUTH_APPS },
  optionalParameters: {
    allow_signup: { text: '`false` offers no registration of a new account', source: OAUTH_APPS },
    login: { text: 'proposes an account', source: OAUTH_APPS },
    prompt: { text: '`select_account` asks which account', source: OAUTH_APPS },
  },
  scopes: { value: { request: ' ', granted: ',' }, source: OAUTH_APPS },
  pkce: {
    value: 'S256',
    source:
      'https://github.blog/changelog/2025-07-14-pkce-support-for-oauth-and-github-app-authentication',
  },
  tokenEndpoint: { value: '<base>/login/oauth/access_token', source: OAUTH_APPS },
  tokenRequest: {
    value: {
      authentication: 'client_secret_post',
      body: 'form',
      headers: { accept: 'application/json' },
    },
    source: OAUTH_APPS,
  },
  tokenErrors: { value: 'error', source: USER_TOKEN },
  reconnectErrors: { value: ['bad_refresh_token'], source: DISCUSSION },
  refresh: {
    issued: { value: 'option', source: REFRESHING },
    scopes: [],
    rotates: { value: true, source: REFRESHING },
    reuse: { value: 'refused', source: REFRESHING },
    accessTokenSeconds: { value: 28_800, source: USER_TOKEN },
    idleDays: { value: 183, source: REFRESHING },
    notes: [
      {
        text: 'They come from GitHub Apps, while expiry is on. Tokens of OAuth apps, and of GitHub Apps without expiry, have no end and no `expires_in`.',
        source: REFRESHING,
      },
      {
        text: 'A refresh ends the access token that there was, too: whoever still uses it gets 401.',
        source: REFRESHING,
      },
    ],
  },
  revocation: {
    value: {
      method: 'DELETE',
      endpoint: '<api>/applications/<clientId>/grant',
      authentication: 'client_secret_basic',
      body: 'json',
      tokens: ['access_token'],
      parameter: 'access_token',
      ends: 'grant',
    },
    source: `${DOCS}rest/apps/oauth-applications#delete-an-app-authorization`,
  },
  identity: {
    value: {
      method: 'GET',
      url: '<api>/user',
      body: undefined,
      scopes: [],
      subject: 'id',
      name: 'login',
    },
    source: `${DOCS}rest/users/users#get-the-authenticated-user`,
  },
  apiOrigins: [{ value: '<api>', source: OAUTH_APPS }],
  apiHeaders: { value: {}, source: `${REST}#headers` },
  traps: [
    {
      text: 'The API refuses requests without `User-Agent`.',
      source: `${REST}#user-agent`,
    },
    {
      text: 'The browser may be signed in with another GitHub account than last time. Ask who it is after every connect.',
      source: OAUTH_APPS,
    },
    {
      text: 'A GitHub App has permissions and no scopes: `scope` of its answer is always empty, which does not mean that nothing was granted.',
      source: USER_TOKEN,
    },
    {
      text: 'What is asked for and what is granted are separated differently: spaces there, commas here.',
      source: OAUTH_APPS,
    },
    {
      text: 'Ending the grant ends every token that the app has of this user, those of signing in with the same app included. Use an app of its own.',
      source: `${DOCS}rest/apps/oauth-applications#delete-an-app-authorization`,
    },
    {
      text: 'Of an OAuth app, the oldest of more than ten tokens with the same scopes is revoked, and each that nobody used for a year.',
      source: `${DOCS}authentication/keeping-your-account-and-data-secure/token-expiration-and-revocation`,
    },
  ],
  steps: [
    '**Settings** → **Developer settings** → **GitHub Apps** → **New GitHub App**.',
    '**Callback URL**: your callback address. Leave **Expire user authorization tokens** on, and turn **Active** off under **Webhook**.',
    '**Permissions**: what your tools do at GitHub, and no more.',
    '**Generate a new client secret**, and copy the *Client ID* (not the App ID).',
    'Users install the app in the repositories that your tools may see.',
  ],
  unconfirmed: [],
  emulated: true,
}
