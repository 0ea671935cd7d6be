import type { ServiceProfile } from './service-profile.ts'

const OAUTH = 'https://developers.google.com/identity/protocols/oauth2'
const WEB = `${OAUTH}/web-server`
const OPENID = 'https://developers.google.com/identity/openid-connect/openid-connect'

/** The APIs of Google: Drive, Calendar, Gmail and the others. */
export const google: ServiceProfile = {
  id: 'google',
  title: 'Google',
  placeholders: {},
  authorizationEndpoint: {
    value: 'https://accounts.google.com/o/oauth2/v2/auth',
    source: `${WEB}#creatingclient`,
  },
  authorizationParameters: {
    value: { access_type: 'offline', prompt: 'consent' },
    source: `${WEB}#offline`,
  },
  optionalParameters: {
    include_granted_scopes: {
      text: '`true` adds to the token what the user granted to this project before',
      source: `${WEB}#incrementalAuth`,
    },
    login_hint: { text: 'proposes an account', source: `${WEB}#creatingclient` },
  },
  scopes: { value: { request: ' ', granted: ' ' }, source: `${WEB}#exchange-authorization-code` },
  pkce: { value: 'S256', source: `${OPENID}#discovery` },
  tokenEndpoint: {
    value: 'https://oauth2.googleapis.com/token',
    source: `${WEB}#exchange-authorization-code`,
  },
  tokenRequest: {
    value: { authentication: 'client_secret_post', body: 'form', headers: {} },
    source: `${WEB}#exchange-authorization-code`,
  },
  tokenErrors: { value: 'status', source: `${WEB}#exchange-authorization-code` },
  reconnectErrors: {
    value: ['invalid_grant'],
    source: `${WEB}#authorization-errors-invalid-grant`,
  },
  refresh: {
    issued: { value: 'always', source: `${WEB}#offline` },
    scopes: [],
    rotates: { value: false, source: `${WEB}#offline` },
    reuse: { value: 'accepted', source: `${WEB}#offline` },
    accessTokenSeconds: { value: undefined, source: `${WEB}#exchange-authorization-code` },
    idleDays: { value: 180, source: `${OAUTH}#expiration` },
    notes: [
      {
        text: 'Without `access_type=offline` there is none. `prompt=consent` makes Google give one again to a user who connects a second time.',
        source: `${WEB}#offline`,
      },
      {
        text: 'Of one user and client the 101st ends the first, without a word. Keep the one that there is.',
        source: `${OAUTH}#expiration`,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: 'https://oauth2.googleapis.com/revoke',
      authentication: 'none',
      body: 'form',
      tokens: ['refresh_token'],
      parameter: 'token',
      ends: 'grant',
    },
    source: `${WEB}#tokenrevoke`,
  },
  identity: {
    value: {
      method: 'GET',
      url: 'https://openidconnect.googleapis.com/v1/userinfo',
      body: undefined,
      scopes: ['openid', 'email'],
      subject: 'sub',
      name: 'email',
    },
    source: `${OPENID}#obtaininguserprofileinformation`,
  },
  apiOrigins: [
    {
      value: 'https://openidconnect.googleapis.com',
      source: `${OPENID}#obtaininguserprofileinformation`,
    },
    {
      value: 'https://www.googleapis.com',
      source: 'https://developers.google.com/drive/api/reference/rest/v3',
    },
    {
      value: 'https://gmail.googleapis.com',
      source: 'https://developers.google.com/gmail/api/reference/rest',
    },
  ],
  apiHeaders: { value: {}, source: `${WEB}#callinganapi` },
  traps: [
    {
      text: 'Users tick scope by scope what they grant. `scope` of the answer is what there is; some of it may be missing.',
      source: `${OAUTH}/resources/granular-permissions`,
    },
    {
      text: 'While the consent screen is in **Testing**, refresh tokens end after 7 days, unless only name, address and profile are asked for.',
      source: `${OAUTH}#expiration`,
    },
    {
      text: 'With `include_granted_scopes`, revoking one token ends everything that the user granted to the project, from other clients too.',
      source: `${WEB}#incrementalAuth`,
    },
    {
      text: 'Each API has a host of its own. Those of Drive and Calendar, Gmail and the user are in the profile; name others yourself.',
      source: 'https://developers.google.com/gmail/api/reference/rest',
    },
    {
      text: 'A refresh token may carry an end that the user chose: `refresh_token_expires_in` of the answer.',
      source: `${WEB}#time-based-access`,
    },
  ],
  steps: [
    'In the Google Cloud console: enable the APIs that your tools call.',
    '**Google Auth Platform** → **Audience**: who can connect.',
    '**Clients** → **Create client** → **Web application**.',
    'Under **Authorized redirect URIs**: your callback address.',
    'Copy the *client ID* and the *client secret*.',
  ],
  unconfirmed: [],
  emulated: true,
}
