import type { ServiceProfile } from './service-profile.ts'

const RFC_6749 = 'https://www.rfc-editor.org/rfc/rfc6749.html'
const RFC_7009 = 'https://www.rfc-editor.org/rfc/rfc7009.html'
const RFC_9700 = 'https://www.rfc-editor.org/rfc/rfc9700.html'
const VARIES = 'every service differs; look into its documentation'

/** What the RFCs say, for a service without a profile. */
export const generic: ServiceProfile = {
  id: 'generic',
  title: 'Anything with OAuth 2.0',
  placeholders: {
    authorizationEndpoint: { text: 'its authorization endpoint' },
    tokenEndpoint: { text: 'its token endpoint' },
    revocationEndpoint: { text: 'its revocation endpoint' },
    userEndpoint: { text: 'what tells about the user whose token it gets' },
    api: { text: 'its API' },
  },
  authorizationEndpoint: { value: '<authorizationEndpoint>', source: `${RFC_6749}#section-3.1` },
  authorizationParameters: { value: {}, source: `${RFC_6749}#section-4.1.1` },
  optionalParameters: {},
  scopes: { value: { request: ' ', granted: ' ' }, source: `${RFC_6749}#section-3.3` },
  pkce: { value: 'S256', source: `${RFC_9700}#section-2.1.1` },
  tokenEndpoint: { value: '<tokenEndpoint>', source: `${RFC_6749}#section-3.2` },
  tokenRequest: {
    value: { authentication: 'client_secret_basic', body: 'form', headers: {} },
    source: `${RFC_6749}#section-2.3.1`,
  },
  tokenErrors: { value: 'status', source: `${RFC_6749}#section-5.2` },
  reconnectErrors: { value: ['invalid_grant'], source: `${RFC_6749}#section-5.2` },
  refresh: {
    issued: { value: 'option', source: `${RFC_6749}#section-1.5` },
    scopes: [],
    rotates: { value: true, unconfirmed: VARIES },
    reuse: { value: 'refused', unconfirmed: VARIES },
    accessTokenSeconds: { value: undefined, source: `${RFC_6749}#section-5.1` },
    idleDays: { value: undefined, unconfirmed: VARIES },
    notes: [
      {
        text: 'Where an answer has no new refresh token, the old one goes on.',
        source: `${RFC_6749}#section-6`,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: '<revocationEndpoint>',
      authentication: 'client',
      body: 'form',
      tokens: ['refresh_token'],
      parameter: 'token',
      ends: 'grant',
    },
    source: `${RFC_7009}#section-2.1`,
  },
  identity: {
    value: {
      method: 'GET',
      url: '<userEndpoint>',
      body: undefined,
      scopes: [],
      subject: 'sub',
      name: 'name',
    },
    unconfirmed: VARIES,
  },
  apiOrigins: [{ value: '<api>', unconfirmed: VARIES }],
  apiHeaders: { value: {}, unconfirmed: VARIES },
  traps: [
    {
      text: 'A service may ignore PKCE without a word. `state`, bound to the browser and the user, has to hold by itself.',
      source: `${RFC_9700}#section-2.1`,
    },
    {
      text: 'Revoking a refresh token ends the access tokens of the grant only where the service does so; RFC 7009 says *should*.',
      source: `${RFC_7009}#section-2.1`,
    },
  ],
  steps: [
    'Register a client of the kind "web" with a secret.',
    'Its redirect URI: your callback address, exactly.',
    'Find out its endpoints, and what it does about refresh tokens.',
    'Copy the client identifier.',
    'Keep the secret out of the code.',
  ],
  unconfirmed: [],
  emulated: false,
}
