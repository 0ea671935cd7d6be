import type {
  AccountChoiceView,
  AccountView,
  ConnectView,
  Page,
  Pages,
  SecretFormView,
  WrongUserView,
} from '../../src/pages/index.ts'
import { renderGuide } from '../../src/pages/index.ts'

const ASSISTANT = { id: 'https://assistant.example/oauth/client.json', name: 'Assistant' }
const REQUEST = '/connect/github?request=dGhpcyBpcyBub3QgYSBoYW5kbGUgb2YgYW55Ym9keQ'

/** A first connection, asked for by a tool. */
export const CONNECT: ConnectView = {
  action: REQUEST,
  csrfToken: '0.token',
  service: 'GitHub',
  client: ASSISTANT,
  operation: 'list_issues',
  permissions: [
    { name: 'repo', text: 'Read and change your repositories' },
    { name: 'read:user', text: 'Read your profile' },
  ],
  signedInAs: 'ada@acme.example',
  replaces: undefined,
  host: 'github.com',
}

/** Begun on the account page, where an account is connected already. */
export const CONNECT_AGAIN: ConnectView = {
  ...CONNECT,
  client: undefined,
  operation: undefined,
  replaces: 'ada-at-work',
}

const GUIDE = `1. Open [API tokens](https://id.atlassian.example/manage/api-tokens) in your account.
2. Choose **Create API token**, and name it \`acme-notes\`.
3. Copy the token: it is shown once.`

/** A form with every kind of field. */
export const SECRET_FORM: Omit<SecretFormView, 'guide'> = {
  ...CONNECT,
  action: REQUEST.replace('github', 'jira'),
  service: 'Jira',
  permissions: [],
  failure: undefined,
  fields: [
    field({ name: 'site', kind: 'url', label: 'Site', hint: 'Such as https://acme.atlassian.net' }),
    field({ name: 'email', kind: 'string', label: 'Email address' }),
    field({ name: 'token', kind: 'password', label: 'API token' }),
    field({
      name: 'region',
      kind: 'select',
      label: 'Region',
      options: [
        { value: 'eu', label: 'Europe' },
        { value: 'us', label: 'United States' },
      ],
    }),
    field({ name: 'certificate', kind: 'textarea', label: 'Certificate', isRequired: false }),
  ],
}

function field(given: Partial<SecretFormView['fields'][number]>): SecretFormView['fields'][number] {
  const usual = { name: '', label: '', hint: undefined, isRequired: true, options: [], value: '' }
  return { ...usual, kind: 'string', failure: undefined, ...given }
}

/** The same, sent with mistakes. */
export const REFUSED_FORM: Omit<SecretFormView, 'guide'> = {
  ...SECRET_FORM,
  fields: SECRET_FORM.fields.map((one) => {
    if (one.name === 'site') return { ...one, value: 'https://acme.atlassian.net' }
    if (one.name === 'email') return { ...one, value: 'ada@acme.example' }
    if (one.name === 'region') return { ...one, value: 'eu' }
    return one.name === 'token'
      ? { ...one, failure: { text: 'Jira does not accept this token.' } }
      : one
  }),
}

export const ACCOUNT_CHOICE: AccountChoiceView = {
  action: '/connect/github/confirm?held=x7Jq',
  csrfToken: '0.token',
  service: 'GitHub',
  account: 'ada-lovelace',
  replaces: 'ada-at-work',
}

export const WRONG_USER: WrongUserView = {
  signedInAs: 'bob@acme.example',
  csrfToken: '0.token',
  action: '/account/switch',
  returnTo: REQUEST,
  correlationId: '018f4c3a-9d1e-7b62',
}

export const ACCOUNT: AccountView = {
  signedInAs: 'ada@acme.example',
  csrfToken: '0.token',
  connections: [
    {
      name: 'github',
      service: 'GitHub',
      account: 'ada-lovelace',
      permissions: CONNECT.permissions,
      connectedAt: 1_790_000_000,
      lastUsedAt: 1_794_000_000,
      lastUsedBy: ASSISTANT,
      needsReconnect: false,
      canReconnect: true,
    },
    {
      name: 'jira',
      service: 'Jira',
      account: 'ada@acme.example',
      permissions: [],
      connectedAt: 1_788_000_000,
      lastUsedAt: undefined,
      lastUsedBy: undefined,
      needsReconnect: true,
      canReconnect: true,
    },
  ],
  services: [{ name: 'linear', service: 'Linear' }],
  clients: [
    {
      id: '5f1c',
      client: ASSISTANT,
      redirectUri: 'https://assistant.example/api/mcp/auth_callback',
      scopes: [
        { name: 'notes:read', text: 'Read your notes' },
        { name: 'notes:write', text: 'Create and change your notes' },
      ],
      approvedAt: 1_789_000_000,
    },
  ],
  canSignOutEverywhere: true,
  paths: { account: '/account', connect: '/connect' },
}

/** Nothing connected, and no authorization server that knows of clients. */
export const EMPTY_ACCOUNT: AccountView = {
  ...ACCOUNT,
  connections: [],
  clients: undefined,
  canSignOutEverywhere: false,
}

/** Every page of connections that looks different, by the name of its picture. */
export async function connectionPages(pages: Pages): Promise<Readonly<Record<string, Page>>> {
  const guide = await renderGuide(GUIDE)
  const removal = { action: '/account', csrfToken: '0.token', backPath: '/account' }
  return {
    connect: pages.connect(CONNECT),
    'connect-again': pages.connect(CONNECT_AGAIN),
    'secret-form': pages.secretForm({ ...SECRET_FORM, guide }),
    'secret-form-refused': pages.secretForm({ ...REFUSED_FORM, guide: undefined }),
    'account-choice': pages.accountChoice(ACCOUNT_CHOICE),
    connected: pages.connected({
      service: 'GitHub',
      account: 'ada-lovelace',
      client: ASSISTANT,
      accountPath: '/account',
    }),
    'not-connected': pages.connected({
      service: 'GitHub',
      account: undefined,
      client: undefined,
      accountPath: '/account',
    }),
    'wrong-user': pages.wrongUser(WRONG_USER),
    'sign-in-needed': pages.signInNeeded({
      action: '/account/sign-in',
      returnTo: REQUEST,
      host: 'login.acme.example',
    }),
    'expired-link': pages.error({
      status: 404,
      cause: 'This link has expired, has been used, or is not complete.',
      remedy:
        'Go back to your application and try again: it gives you a new link. Or connect the service from your account page.',
      correlationId: '018f4c3a-9d1e-7b62',
      retryPath: '/account',
    }),
    account: pages.account(ACCOUNT),
    'account-empty': pages.account(EMPTY_ACCOUNT),
    disconnect: pages.removal({
      ...removal,
      what: { kind: 'connection', service: 'GitHub', account: 'ada-lovelace' },
    }),
    withdraw: pages.removal({ ...removal, what: { kind: 'client', client: ASSISTANT } }),
    'sign-out-everywhere': pages.removal({ ...removal, what: { kind: 'sessions' } }),
  }
}
