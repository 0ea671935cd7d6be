import type { ChoiceView, ConsentView, ErrorView, SignInView } from '../../src/pages/index.ts'
import { type Brand, createPages, type Page, type Pages } from '../../src/pages/index.ts'

import { connectionPages } from './connection-samples.ts'

const LOGO = `<svg xmlns="http://www.w3.org/2000/svg" width="36" height="36" viewBox="0 0 36 36"><rect
width="36" height="36" rx="9" fill="#0b7a4b"/><path d="M10 26l8-17 8 17M13 20h10" fill="none"
stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>`

/** An operator with a colour and a logo. */
export const BRAND: Brand = {
  name: 'Acme Notes',
  color: '#0b7a4b',
  logo: `data:image/svg+xml;base64,${btoa(LOGO)}`,
}

/** A client that its own domain vouches for, and a user who has not signed in. */
export const VERIFIED: ConsentView = {
  action: '/interaction/x7Jq/consent',
  csrfToken: '0.token',
  clientId: 'https://assistant.example/oauth/client.json',
  clientName: 'Assistant',
  verifiedDomain: 'assistant.example',
  redirectUri: 'https://assistant.example/api/mcp/auth_callback',
  resource: 'https://notes.acme.example/mcp',
  scopes: [
    { name: 'notes:read', text: 'Read your notes' },
    { name: 'notes:write', text: 'Create and change your notes' },
  ],
  upstreamHost: 'login.acme.example',
  upstreamScopes: ['openid', 'email', 'offline_access'],
  signedInAs: undefined,
  canRemember: true,
}

/** A client that has registered itself, and a user who is signed in. */
export const UNVERIFIED: ConsentView = {
  ...VERIFIED,
  clientId: 'V1StGXR8_Z5jdHi6B-myT7Kq0aWxEc3L',
  clientName: 'Team Assistant',
  verifiedDomain: undefined,
  redirectUri: 'https://team-assistant.example.net/oauth/callback',
  scopes: [
    { name: 'notes:read', text: 'Read your notes' },
    { name: 'admin', text: 'admin' },
  ],
  signedInAs: 'ada@acme.example',
}

/** A program of the user's own machine. */
export const LOOPBACK: ConsentView = {
  ...UNVERIFIED,
  clientName: 'Code Editor',
  redirectUri: 'http://127.0.0.1:33418/callback',
  scopes: [{ name: 'notes:read', text: 'Read your notes' }],
  signedInAs: undefined,
  canRemember: false,
}

/** The domain is known, but anything on this machine can be at the other end. */
export const VERIFIED_LOOPBACK: ConsentView = {
  ...LOOPBACK,
  clientId: 'https://editor.example/client.json',
  verifiedDomain: 'editor.example',
}

/** An app that opens links of a scheme. */
export const APP: ConsentView = {
  ...LOOPBACK,
  redirectUri: 'editor-app://oauth/callback',
}

/** The identity provider is not known yet. */
export const UNDECIDED: ConsentView = {
  ...VERIFIED,
  upstreamHost: undefined,
  choosesUpstream: true,
}

export const CHOICE: ChoiceView = {
  action: '/interaction/x7Jq/choose',
  csrfToken: '0.token',
  asksEmail: true,
  email: '',
  hasFailed: false,
  choices: [
    { name: 'staff', label: 'Acme staff', host: 'login.acme.example' },
    { name: 'partners', label: 'Partners of Acme', host: 'id.partners.example' },
  ],
}

export const FAILED_CHOICE: ChoiceView = {
  ...CHOICE,
  email: 'ada@unknown.example',
  hasFailed: true,
}

export const SIGN_IN: SignInView = {
  action: '/interaction/x7Jq/sign-in',
  csrfToken: '0.token',
  username: '',
  hasFailed: false,
}

export const FAILED_SIGN_IN: SignInView = { ...SIGN_IN, username: 'ada', hasFailed: true }

export const ERROR: ErrorView = {
  status: 404,
  cause: 'This sign-in has ended, or was started in another browser.',
  remedy: 'Go back to your application and connect again.',
  correlationId: '018f4c3a-9d1e-7b62',
  retryPath: '/authorize?client_id=x',
}

/** Every page that looks different, by the name of its picture. */
export async function samplePages(brand: Brand = BRAND): Promise<Readonly<Record<string, Page>>> {
  const pages: Pages = await createPages({ brand })
  return {
    'consent-verified': pages.consent(VERIFIED),
    'consent-unverified': pages.consent(UNVERIFIED),
    'consent-loopback': pages.consent(LOOPBACK),
    'consent-verified-loopback': pages.consent(VERIFIED_LOOPBACK),
    'consent-app': pages.consent(APP),
    'consent-undecided': pages.consent(UNDECIDED),
    choice: pages.choice(CHOICE),
    'choice-failed': pages.choice(FAILED_CHOICE),
    'choice-labels': pages.choice({ ...CHOICE, asksEmail: false }),
    'sign-in': pages.signIn(SIGN_IN),
    'sign-in-failed': pages.signIn(FAILED_SIGN_IN),
    error: pages.error(ERROR),
    'signed-out': pages.signedOut(),
    done: pages.done(),
    ...(await connectionPages(pages)),
  }
}
