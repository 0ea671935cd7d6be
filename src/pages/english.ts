import { ENGLISH_CONNECTIONS } from './english-connections.ts'
import type { PageTexts } from './texts.ts'

/** The texts that others are compared with. */
export const ENGLISH: PageTexts = {
  ...ENGLISH_CONNECTIONS,
  lang: 'en',
  direction: 'ltr',

  consentTitle: 'Allow access to {brand}?',
  verifiedDomain: 'Verified domain',
  verifiedName: 'It calls itself {name}.',
  unverified: 'Not verified',
  unverifiedName: 'The application gave itself this name. Nobody has checked it.',
  nameless: 'An application without a name',
  loopbackWarning:
    'The answer goes to a program on this device, and any program here can pretend to be this application. Allow it only if you have just started it yourself.',
  verifiedLoopbackWarning:
    'The answer goes to a program on this device. It may not be from {domain}: any program here can pretend to be. Allow it only if you have just started it yourself.',
  appWarning:
    'The answer goes to whichever app on this device opens {scheme} links, and any app can claim them. Allow it only if you have just started the app yourself.',
  redirectLabel: 'Sends you back to',
  thisDevice: 'this device',
  anApp: 'an app on this device',
  resourceLabel: 'Access to',
  userLabel: 'Signed in as',
  clientIdLabel: 'Application ID',
  scopesTitle: 'It will be able to',
  noScopes: 'Connect, without further permissions',
  upstreamTitle: '{brand} will ask {upstream} for',
  someUpstream: 'your identity provider',
  upstreamScopes: {
    openid: 'Confirmation of who you are',
    profile: 'Your name and profile',
    email: 'Your email address',
    address: 'Your postal address',
    phone: 'Your phone number',
    offline_access: 'Access that lasts while you are away',
  },
  nextStep: 'Next, you sign in at {upstream}.',
  nextChoice: 'Next, you choose where you sign in.',
  remember: 'If I allow this, do not ask me again',
  deny: 'Deny',
  allow: 'Allow',

  choiceTitle: 'Where do you sign in?',
  email: 'Email address',
  goOn: 'Continue',
  choiceFailed: 'No sign-in is known for addresses like this one.',
  otherChoices: 'Or sign in with',

  signInTitle: 'Sign in',
  signInHint: 'This sign-in is for development. Use no password that you use elsewhere.',
  username: 'Username',
  password: 'Password',
  signIn: 'Sign in',
  signInFailed: 'The username or the password is wrong.',

  errorTitle: 'This did not work',
  remedyTitle: 'What you can do',
  tryAgain: 'Try again',
  reference: 'If you ask for help, mention {id}',
  errors: {},

  signedOutTitle: 'You are signed out',
  signedOutText: 'You can close this window.',
  doneTitle: 'Done',
  doneText: 'You can close this window and go back to your application.',
}
