import type { ServiceProfile } from './service-profile.ts'

const OAUTH = 'https://linear.app/developers/oauth-2-0-authentication'
const GRAPHQL = 'https://linear.app/developers/graphql'

/** Linear, whose API is GraphQL. */
export const linear: ServiceProfile = {
  id: 'linear',
  title: 'Linear',
  placeholders: {},
  authorizationEndpoint: { value: 'https://linear.app/oauth/authorize', source: OAUTH },
  authorizationParameters: { value: {}, source: OAUTH },
  optionalParameters: {
    prompt: {
      text: '`consent` shows the screen every time, so that another workspace can be chosen',
      source: OAUTH,
    },
    actor: {
      text: '`app` lets what is written come from the app instead of the user',
      source: OAUTH,
    },
  },
  scopes: { value: { request: ',', granted: ' ' }, source: OAUTH },
  pkce: { value: 'S256', source: OAUTH },
  tokenEndpoint: { value: 'https://api.linear.app/oauth/token', source: OAUTH },
  tokenRequest: {
    value: { authentication: 'client_secret_post', body: 'form', headers: {} },
    source: OAUTH,
  },
  tokenErrors: {
    value: 'status',
    unconfirmed: 'the page shows a body with `error` for another grant, and no status',
  },
  reconnectErrors: {
    value: ['invalid_grant'],
    unconfirmed: 'the page names no error of a refresh',
  },
  refresh: {
    issued: { value: 'always', source: OAUTH },
    scopes: [],
    rotates: { value: true, source: OAUTH },
    reuse: {
      value: 'refused',
      unconfirmed: 'the page says that a new one comes, and not what becomes of the old one',
    },
    accessTokenSeconds: { value: 86_399, source: OAUTH },
    idleDays: { value: undefined, unconfirmed: 'the page names no end of refresh tokens' },
    notes: [
      {
        text: 'Since 1 April 2026 for all apps. A token from before lived ten years and had none.',
        source: OAUTH,
      },
    ],
  },
  revocation: {
    value: {
      method: 'POST',
      endpoint: 'https://api.linear.app/oauth/revoke',
      authentication: 'none',
      body: 'form',
      tokens: ['refresh_token'],
      parameter: 'refresh_token',
      ends: 'grant',
    },
    source: OAUTH,
  },
  identity: {
    value: {
      method: 'POST',
      url: 'https://api.linear.app/graphql',
      body: '{"query":"{ viewer { id name } }"}',
      scopes: ['read'],
      subject: 'data.viewer.id',
      name: 'data.viewer.name',
    },
    source: OAUTH,
  },
  apiOrigins: [{ value: 'https://api.linear.app', source: GRAPHQL }],
  apiHeaders: { value: {}, source: GRAPHQL },
  traps: [
    {
      text: 'What is asked for and what is granted are separated differently: commas there, spaces here. For apps from before December 2023, `scope` of the answer is an array.',
      source: OAUTH,
    },
    {
      text: 'Revoking has parameters of its own, `refresh_token` or `access_token`, and answers 400 where the token was revoked before.',
      source: OAUTH,
    },
    {
      text: 'Every administrator of the workspace that the app was made in sees it, with its secret. Make a workspace for it.',
      source: OAUTH,
    },
    {
      text: '`write` and `admin` are broad; `issues:create` and `comments:create` are enough for most tools.',
      source: OAUTH,
    },
  ],
  steps: [
    'In a workspace for the purpose: [new OAuth2 application](https://linear.app/settings/api/applications/new).',
    '**Callback URLs**: your callback address.',
    'For users of other workspaces: switch **Public** on.',
    'Copy the *client ID* and the *client secret*.',
    'Ask for `read`, and what your tools need.',
  ],
  unconfirmed: [],
  emulated: false,
}
