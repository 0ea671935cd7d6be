import type { ServiceProfile } from './service-profile.ts'

const DOCS = 'https://docs.slack.dev/'
const INSTALLING = `${DOCS}authentication/installing-with-oauth`
const USER_FLOW = `${INSTALLING}#the-user-centric-flow-the-oauthv2useraccess-method`
const USER_ACCESS = `${DOCS}reference/methods/oauth.v2.user.access`
const ROTATION = `${DOCS}authentication/using-token-rotation`
const PKCE = `${DOCS}authentication/using-pkce`
const WEB_API = `${DOCS}apis/web-api/`

/** Slack, with user tokens: tools act as the user, not as a bot. */
export const slack: ServiceProfile = {
  id: 'slack',
  title: 'Slack',
  placeholders: {},
  authorizationEndpoint: { value: 'https://slack.com/oauth/v2_user/authorize', source: USER_FLOW },
  authorizationParameters: { value: {}, source: USER_FLOW },
  optionalParameters: {},
  scopes: { value: { request: ',', granted: ',' }, source: USER_FLOW },
  pkce: { value: 'none', source: PKCE },
  tokenEndpoint: { value: 'https://slack.com/api/oauth.v2.user.access', source: USER_ACCESS },
  tokenRequest: {
    value: { authentication: 'client_secret_basic', body: 'form', headers: {} },
    source: USER_ACCESS,
  },
  tokenErrors: { value: 'ok', source: USER_ACCESS },
  reconnectErrors: {
    value: ['invalid_refresh_token', 'token_expired', 'token_revoked', 'account_inactive'],
    source: USER_ACCESS,
  },
  refresh: {
    issued: { value: 'option', source: ROTATION },
    scopes: [],
    rotates: { value: true, source: ROTATION },
    reuse: { value: 'grace', source: ROTATION },
    accessTokenSeconds: { value: 43_200, source: ROTATION },
    idleDays: { value: undefined, source: PKCE },
    notes: [
      {
        text: 'They come once token rotation is on, which cannot be turned off again. Without it, access tokens have no end.',
        source: ROTATION,
      },
      {
        text: 'A used one is revoked after a short grace period, whose length is not said; the old access token works on, and of more than two the oldest ends.',
        source: ROTATION,
      },
      {
        text: 'The guide refreshes at `oauth.v2.access`; `oauth.v2.user.access` documents the same parameters, and `invalid_refresh_token`.',
        source: USER_ACCESS,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: 'https://slack.com/api/auth.revoke',
      authentication: 'bearer',
      body: 'none',
      tokens: ['refresh_token', 'access_token'],
      parameter: undefined,
      ends: 'token',
    },
    source: `${DOCS}reference/methods/auth.revoke`,
  },
  identity: {
    value: {
      method: 'POST',
      url: 'https://slack.com/api/auth.test',
      body: undefined,
      scopes: [],
      subject: 'user_id',
      name: 'user',
    },
    source: `${DOCS}reference/methods/auth.test`,
  },
  apiOrigins: [{ value: 'https://slack.com', source: WEB_API }],
  apiHeaders: { value: {}, source: WEB_API },
  traps: [
    {
      text: 'A failure is `ok: false` with `error`, at the API too. A client that looks at the status takes an expired token for a success.',
      source: `${WEB_API}#evaluating-responses`,
    },
    {
      text: 'Turning PKCE on declares the app a public client for good, and lets refresh tokens end after 30 days. A server with a secret leaves it off.',
      source: PKCE,
    },
    {
      text: '`token_type` is `user`, not `Bearer`, and what was granted stands in `authed_user.scope`.',
      source: USER_ACCESS,
    },
    {
      text: 'With `/oauth/v2/authorize` and `oauth.v2.access` instead, `scope` is for a bot, `user_scope` for the user, and the token of the user stands in `authed_user`.',
      source: INSTALLING,
    },
    {
      text: '`auth.revoke` ends the one token that it comes with where rotation is on. The refresh token has to be revoked too.',
      source: ROTATION,
    },
    {
      text: 'Scopes add up over every connect of the user, and only revoking takes one away.',
      source: `${INSTALLING}#appending-scopes`,
    },
    {
      text: 'A user is `user_id` in `team_id`: keep both.',
      source: `${DOCS}reference/methods/auth.test`,
    },
  ],
  steps: [
    'At [api.slack.com/apps](https://api.slack.com/apps): **Create New App**.',
    '**OAuth & Permissions** → **Redirect URLs**: your callback address, https.',
    '**User Token Scopes**: what your tools need. No bot scopes.',
    'Turn token rotation on there, and leave PKCE off.',
    'From **Basic Information** → **App Credentials**: *Client ID* and *Client Secret*.',
  ],
  unconfirmed: [],
  emulated: false,
}
