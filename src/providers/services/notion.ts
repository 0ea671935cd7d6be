import type { ServiceProfile } from './service-profile.ts'

const DOCS = 'https://developers.notion.com/'
const GUIDE = `${DOCS}guides/get-started/authorization`
const VERSION = { 'Notion-Version': '2026-03-11' }

/** Notion: one workspace, and the pages that the user picks. */
export const notion: ServiceProfile = {
  id: 'notion',
  title: 'Notion',
  placeholders: {},
  authorizationEndpoint: { value: 'https://api.notion.com/v1/oauth/authorize', source: GUIDE },
  authorizationParameters: { value: { owner: 'user' }, source: GUIDE },
  optionalParameters: {},
  scopes: { value: 'none', source: GUIDE },
  pkce: {
    value: 'none',
    unconfirmed: 'the guide lists the parameters of both requests, without those of PKCE',
  },
  tokenEndpoint: { value: 'https://api.notion.com/v1/oauth/token', source: GUIDE },
  tokenRequest: {
    value: { authentication: 'client_secret_basic', body: 'json', headers: VERSION },
    source: GUIDE,
  },
  tokenErrors: { value: 'status', source: GUIDE },
  reconnectErrors: { value: ['invalid_grant'], source: GUIDE },
  refresh: {
    issued: { value: 'always', source: GUIDE },
    scopes: [],
    rotates: { value: true, source: `${DOCS}reference/refresh-a-token` },
    reuse: {
      value: 'refused',
      unconfirmed: 'the guide says that a new one comes, and not what becomes of the old one',
    },
    accessTokenSeconds: {
      value: undefined,
      unconfirmed: 'the guide names no lifetime, and the answer has no `expires_in`',
    },
    idleDays: { value: undefined, unconfirmed: 'the guide names no end of refresh tokens' },
    notes: [
      {
        text: 'Without `expires_in` nothing says when to refresh: a 401 of the API does.',
        source: `${DOCS}reference/create-a-token`,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: 'https://api.notion.com/v1/oauth/revoke',
      authentication: 'client',
      body: 'json',
      tokens: ['access_token'],
      parameter: 'token',
      ends: 'token',
    },
    source: `${DOCS}reference/revoke-token`,
  },
  identity: {
    value: {
      method: 'GET',
      url: 'https://api.notion.com/v1/users/me',
      body: undefined,
      scopes: [],
      subject: 'bot.owner.user.id',
      name: 'bot.owner.user.name',
    },
    source: `${DOCS}reference/get-self`,
  },
  apiOrigins: [{ value: 'https://api.notion.com', source: GUIDE }],
  apiHeaders: { value: VERSION, source: `${DOCS}reference/versioning` },
  traps: [
    {
      text: 'There are no scopes: what the app can do is set in its capabilities, and what it sees is what the user picks on the way.',
      source: GUIDE,
    },
    {
      text: 'Every request to the API needs `Notion-Version`, and a version stays what it is: set that which your tools were written for.',
      source: `${DOCS}reference/versioning`,
    },
    {
      text: '`redirect_uri` at the token endpoint is needed where the authorization request had one, and not allowed where it had none.',
      source: `${DOCS}reference/create-a-token`,
    },
    {
      text: '`bot_id` of the answer names the connection of one user with one workspace; `owner` may be a workspace instead of a user.',
      source: GUIDE,
    },
  ],
  steps: [
    'In the settings of your integrations: a new one of the type **Public**.',
    'Its redirect URI: your callback address.',
    '**Capabilities**: what your tools do.',
    'From **Configuration**: the OAuth client ID and secret.',
    'Set the `Notion-Version` that your tools were written for.',
  ],
  unconfirmed: [],
  emulated: false,
}
