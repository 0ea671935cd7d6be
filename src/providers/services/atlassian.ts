import type { ServiceProfile } from './service-profile.ts'

const GUIDE = 'https://developer.atlassian.com/cloud/confluence/oauth-2-3lo-apps/'
const AUTHORIZE = `${GUIDE}#authcode`
const EXCHANGE = `${GUIDE}#accesstoken`
const REFRESHING = `${GUIDE}#faq-use-refresh-token-to-get-access-token`
const CALLS = `${GUIDE}#apicall`

/** Atlassian Cloud: Jira, Jira Service Management and Confluence. */
export const atlassian: ServiceProfile = {
  id: 'atlassian',
  title: 'Atlassian',
  placeholders: {},
  authorizationEndpoint: { value: 'https://auth.atlassian.com/authorize', source: AUTHORIZE },
  authorizationParameters: {
    value: { audience: 'api.atlassian.com', prompt: 'consent' },
    source: AUTHORIZE,
  },
  optionalParameters: {},
  scopes: { value: { request: ' ', granted: ' ' }, source: AUTHORIZE },
  pkce: {
    value: 'none',
    unconfirmed: 'the page lists the parameters of both requests, without those of PKCE',
  },
  tokenEndpoint: { value: 'https://auth.atlassian.com/oauth/token', source: EXCHANGE },
  tokenRequest: {
    value: { authentication: 'client_secret_post', body: 'json', headers: {} },
    source: EXCHANGE,
  },
  tokenErrors: { value: 'status', source: REFRESHING },
  reconnectErrors: { value: ['invalid_grant'], source: REFRESHING },
  refresh: {
    issued: { value: 'always', source: REFRESHING },
    scopes: ['offline_access'],
    rotates: { value: true, source: REFRESHING },
    reuse: { value: 'grace', source: REFRESHING },
    accessTokenSeconds: { value: undefined, source: EXCHANGE },
    idleDays: { value: 90, source: REFRESHING },
    notes: [
      {
        text: 'A used one may be used again for 10 minutes, for the sake of requests at the same time. After that it is refused.',
        source: REFRESHING,
      },
      {
        text: 'The refusal is 403 with `invalid_grant`, not 400: after 90 days, after a change of the password, and after the old one was used instead of the new.',
        source: REFRESHING,
      },
    ],
  },
  revocation: {
    value: 'none',
    unconfirmed:
      'the page names no request for it; users end the grant under *Connected apps* of their account',
  },
  identity: {
    value: {
      method: 'GET',
      url: 'https://api.atlassian.com/me',
      body: undefined,
      scopes: ['read:me'],
      subject: 'account_id',
      name: 'name',
    },
    source: `${GUIDE}#faq4`,
  },
  apiOrigins: [{ value: 'https://api.atlassian.com', source: CALLS }],
  apiHeaders: { value: {}, source: CALLS },
  traps: [
    {
      text: 'The token is of no use at `your-domain.atlassian.net`. Ask `https://api.atlassian.com/oauth/token/accessible-resources` for the `id` of the site, and call `https://api.atlassian.com/ex/jira/<id>/…`.',
      source: CALLS,
    },
    {
      text: 'Only one grant exists for an app and an account: with an account-level grant, connecting a second site adds it to the tokens that there are.',
      source: `${GUIDE}#faq2`,
    },
    {
      text: 'Without `offline_access` no refresh token comes, and without **User Identity API** in the app no `read:me`.',
      source: REFRESHING,
    },
    {
      text: 'An app is private until sharing is on under **Distribution**: until then its owner alone can connect.',
      source: `${GUIDE}#distributing-your-oauth-2-0--3lo--apps`,
    },
  ],
  steps: [
    'In the [developer console](https://developer.atlassian.com/console/myapps/): **Create** → **OAuth 2.0 integration**.',
    '**Authorization** → **OAuth 2.0 (3LO)** → **Configure**: your callback address.',
    '**Permissions**: **User Identity API** with `read:me`, and the APIs and scopes of your tools.',
    '**Distribution**: turn sharing on.',
    'From **Settings**: *Client ID* and *Secret*.',
  ],
  unconfirmed: [
    'whether refresh tokens end after 365 days in any case, as earlier versions of the page said',
  ],
  emulated: false,
}
