import type { ConnectionTexts } from './connection-texts.ts'

export const ENGLISH_CONNECTIONS: ConnectionTexts = {
  signInNeededTitle: 'Sign in to go on',
  signInNeededText:
    'This page is about accounts of yours, so {brand} has to know first that it is you.',

  connectTitle: 'Connect {service}?',
  connectAskedBy: 'Asked for by',
  connectOperationLabel: 'Needed for',
  permissionsTitle: 'At {service}, {brand} will be able to',
  noPermissions: 'Do what {service} allows by default',
  connectReplaces: 'This replaces {account}, which is connected now.',
  connectNext: 'Next, you sign in at {host}.',
  connectPromise:
    'The access is kept encrypted at {brand}. No application gets to see it, and you can take it back at any time.',
  connect: 'Connect',
  cancel: 'Cancel',

  guideTitle: 'How to get this',
  optionalField: 'optional',
  choose: 'Choose …',
  secretPromise:
    'It is tried at {service} first, and then kept encrypted at {brand}. No application gets to see it.',
  correctionsNeeded: 'Nothing is saved yet. Something has to be corrected.',
  fieldNeeded: 'This is needed.',
  fieldTooLong: 'This is too long.',
  fieldNotUrl: 'This has to be an address that begins with https://',
  fieldNotListed: 'Choose one of the list.',
  fieldMalformed: 'This does not look as it should.',
  secretRefused: '{service} does not accept this.',
  serviceAway: '{service} cannot be asked at the moment. Try again in a minute.',

  accountChoiceTitle: 'Is this your {service} account?',
  accountChoiceText: 'At {service} you were signed in as',
  accountChoiceWarning:
    'If you do not know this account, somebody wants you to work in theirs. Do not connect it.',
  accountChoiceYes: 'Yes, connect it',
  accountChoiceNo: 'No',

  connectedTitle: '{service} is connected',
  connectedAs: 'You are connected as {account}.',
  returnToClient: 'You can close this window and return to {client}.',
  closeWindow: 'You can close this window and return to your application.',
  notConnectedTitle: 'Nothing was connected',
  toAccount: 'See your connected services',

  wrongUserTitle: 'This link is for somebody else',
  wrongUserText: 'You are signed in as {user}, who has not asked for it. Nothing was changed.',
  wrongUserWarning:
    'If somebody sent you this link, they may want your account to be connected to theirs. Do not use it.',
  wrongUserRemedy: 'If you asked for it yourself, sign in as the user that you had asked with.',
  signInAsOther: 'Sign in as somebody else',

  accountTitle: 'Your account',
  connectionsTitle: 'Connected services',
  noConnections: 'You have connected no service.',
  connectionAccountLabel: 'Account',
  connectionPermissionsLabel: 'Permissions',
  connectedSinceLabel: 'Connected since',
  lastUsedLabel: 'Last used',
  lastUsedBy: '{time}, by {client}',
  neverUsed: 'Not yet',
  needsReconnect: 'It does not work any more. Connect it again.',
  reconnect: 'Reconnect',
  disconnect: 'Disconnect',
  servicesTitle: 'Services that you can connect',
  clientsTitle: 'Applications that you have allowed',
  noClients: 'You have allowed no application.',
  clientRedirectLabel: 'Sends you back to',
  clientScopesLabel: 'It can',
  clientSinceLabel: 'Allowed on',
  withdraw: 'Withdraw',
  sessionsTitle: 'Sign out',
  signOut: 'Sign out here',
  signOutEverywhere: 'Sign out everywhere',

  disconnectTitle: 'Disconnect {service}?',
  disconnectText:
    'The access to {account} is deleted here, and ended at {service} where that can be done. What needs it will ask you again.',
  withdrawTitle: 'Withdraw the access of {client}?',
  withdrawText: 'It is signed out, and has to ask you again.',
  signOutEverywhereTitle: 'Sign out everywhere?',
  signOutEverywhereText:
    'Every browser and every application is signed out. What you have connected and allowed stays.',
}
