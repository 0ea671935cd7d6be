import type {
  AccountChoiceView,
  AccountView,
  ConnectedView,
  ConnectView,
  RemovalView,
  SecretFormView,
  SignInNeededView,
  WrongUserView,
} from './connection-views.ts'

/** A page that is ready to be sent. */
export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
}

/** A scope, and what it allows in the operator's words. */
export interface ScopeView {
  readonly name: string
  /** The name again where the operator has no words for it. */
  readonly text: string
}

/** What a user decides about. Nothing of it has to be escaped or shortened before. */
export interface ConsentView {
  /** Where the form is posted: a path of this server. */
  readonly action: string
  /** Sent back as `csrf_token`. */
  readonly csrfToken: string
  readonly clientId: string
  /** As the client calls itself. */
  readonly clientName: string | undefined
  /**
   * The host of the client's metadata document, which its owner alone can have published there.
   * `undefined` for every client that nothing vouches for.
   */
  readonly verifiedDomain: string | undefined
  readonly redirectUri: string
  readonly resource: string
  readonly scopes: readonly ScopeView[]
  /** Host of the identity provider that the user is sent to; `undefined` where there is none. */
  readonly upstreamHost: string | undefined
  /** Whether the user chooses the identity provider next. @defaultValue `false` */
  readonly choosesUpstream?: boolean | undefined
  /** What this server asks the identity provider for. */
  readonly upstreamScopes: readonly string[]
  readonly signedInAs: string | undefined
  /** Offers the box `remember` (value `yes`), unticked. */
  readonly canRemember: boolean
}

/** The form where a user of the configuration signs in; it sends `username` and `password`. */
export interface SignInView {
  readonly action: string
  readonly csrfToken: string
  /** What to fill in; empty for nothing. */
  readonly username: string
  /** The last attempt was refused. */
  readonly hasFailed: boolean
}

/** Where a user signs in, by their address (`email`) or by its name (`upstream`). */
export interface ChoiceView {
  readonly action: string
  readonly csrfToken: string
  /** Asks for an e-mail address. */
  readonly asksEmail: boolean
  /** What to fill in; empty for nothing. */
  readonly email: string
  /** Nothing is known for the last answer. */
  readonly hasFailed: boolean
  /** What can be chosen by its label. */
  readonly choices: readonly {
    readonly name: string
    readonly label: string
    readonly host: string
  }[]
}

/** Why a user cannot go on. */
export interface ErrorView {
  /** The HTTP status, 400 to 599. */
  readonly status: number
  /** Finds the texts of another language in `texts.errors`, which come before those given here. */
  readonly code?: string | undefined
  readonly cause: string
  readonly remedy: string
  /** What the logs of the server call this request. */
  readonly correlationId: string
  /** Where to start again: a path of this server. Anything else is left out. */
  readonly retryPath?: string | undefined
  /** For `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined
}

/** The pages of a server, all in one language. */
export interface Pages {
  consent(view: ConsentView): Page
  choice(view: ChoiceView): Page
  signIn(view: SignInView): Page
  error(view: ErrorView): Page
  /** The user's session has ended. */
  signedOut(): Page
  /** Nothing is left to do in this window. */
  done(): Page
  /** Asks whether to connect a service. */
  connect(view: ConnectView): Page
  /** Asks for a credential that the user has. */
  secretForm(view: SecretFormView): Page
  /** Asks whether an account is the one that the user meant. */
  accountChoice(view: AccountChoiceView): Page
  /** Says what has become of it. */
  connected(view: ConnectedView): Page
  /** The link was made for another user. */
  wrongUser(view: WrongUserView): Page
  /** The user has to sign in first. */
  signInNeeded(view: SignInNeededView): Page
  /** What a user has connected and allowed. */
  account(view: AccountView): Page
  /** Asks before something is taken away. */
  removal(view: RemovalView): Page
}
