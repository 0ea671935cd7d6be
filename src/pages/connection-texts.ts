/** Texts of the pages where users connect services, and see what they have connected. */
export interface ConnectionTexts {
  /** For whoever is not signed in to these pages. */
  readonly signInNeededTitle: string
  /** `{brand}` has to know who it is. */
  readonly signInNeededText: string

  /** Asks whether to connect `{service}`. */
  readonly connectTitle: string
  /** `{client}`: the application that a tool was called by. */
  readonly connectAskedBy: string
  readonly connectOperationLabel: string
  /** What `{brand}` can do at `{service}` then. */
  readonly permissionsTitle: string
  /** Where there is no list of permissions of `{service}`. */
  readonly noPermissions: string
  /** `{account}` at `{service}` is connected now, and will not be any more. */
  readonly connectReplaces: string
  /** `{host}` is where the service asks the user to sign in. */
  readonly connectNext: string
  /** What `{brand}` does with it. */
  readonly connectPromise: string
  readonly connect: string
  readonly cancel: string

  readonly guideTitle: string
  readonly optionalField: string
  readonly choose: string
  /** `{service}` is asked before anything is kept at `{brand}`. */
  readonly secretPromise: string
  readonly correctionsNeeded: string
  readonly fieldNeeded: string
  readonly fieldTooLong: string
  readonly fieldNotUrl: string
  readonly fieldNotListed: string
  readonly fieldMalformed: string
  /** `{service}` does not take what was typed. */
  readonly secretRefused: string
  /** `{service}` could not be asked. */
  readonly serviceAway: string

  /** Asks whether an account of `{service}` is the user's own. */
  readonly accountChoiceTitle: string
  readonly accountChoiceText: string
  readonly accountChoiceWarning: string
  readonly accountChoiceYes: string
  readonly accountChoiceNo: string

  readonly connectedTitle: string
  /** `{account}` at `{service}`. */
  readonly connectedAs: string
  /** `{client}`: where the user came from. */
  readonly returnToClient: string
  readonly closeWindow: string
  readonly notConnectedTitle: string
  readonly toAccount: string

  readonly wrongUserTitle: string
  /** `{user}` is signed in. */
  readonly wrongUserText: string
  readonly wrongUserWarning: string
  readonly wrongUserRemedy: string
  readonly signInAsOther: string

  readonly accountTitle: string
  readonly connectionsTitle: string
  readonly noConnections: string
  readonly connectionAccountLabel: string
  readonly connectionPermissionsLabel: string
  readonly connectedSinceLabel: string
  readonly lastUsedLabel: string
  /** `{time}` and `{client}`. */
  readonly lastUsedBy: string
  readonly neverUsed: string
  readonly needsReconnect: string
  readonly reconnect: string
  readonly disconnect: string
  readonly servicesTitle: string
  readonly clientsTitle: string
  readonly noClients: string
  readonly clientRedirectLabel: string
  readonly clientScopesLabel: string
  readonly clientSinceLabel: string
  readonly withdraw: string
  readonly sessionsTitle: string
  readonly signOut: string
  readonly signOutEverywhere: string

  /** Asks whether to disconnect `{service}`. */
  readonly disconnectTitle: string
  /** `{account}` at `{service}`. */
  readonly disconnectText: string
  /** Asks whether `{client}` is to lose its access. */
  readonly withdrawTitle: string
  readonly withdrawText: string
  readonly signOutEverywhereTitle: string
  readonly signOutEverywhereText: string
}
