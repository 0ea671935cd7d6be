import type { Html } from './html.ts'
import type { ScopeView } from './views.ts'

/** A service that a user is asked to connect. Nothing of it has to be escaped or shortened before. */
interface ServiceRequestView {
  /** Where the form is posted: a path of this server. It sends `decision`, `connect` or `cancel`. */
  readonly action: string
  /** Sent back as `csrf_token`. */
  readonly csrfToken: string
  /** How users know the service: `GitHub`. */
  readonly service: string
  /** The application on whose behalf it is asked for; `undefined` where the user came alone. */
  readonly client: ClientView | undefined
  /** What could not go on without it, such as the name of a tool. */
  readonly operation: string | undefined
  readonly permissions: readonly ScopeView[]
  readonly signedInAs: string
  /** The account at the service that is connected now. */
  readonly replaces: string | undefined
}

/** An MCP client. */
export interface ClientView {
  /** Shown where it has no name. */
  readonly id: string
  /** As it calls itself. */
  readonly name: string | undefined
}

/** Before the user is sent to a service. */
export interface ConnectView extends ServiceRequestView {
  /** The host where the service asks them to sign in. */
  readonly host: string
}

/** One field of a form. */
export interface FieldView {
  /** What it is sent as. */
  readonly name: string
  readonly kind: 'string' | 'password' | 'url' | 'textarea' | 'select'
  readonly label: string
  readonly hint: string | undefined
  readonly isRequired: boolean
  /** Of a `select`. */
  readonly options: readonly { readonly value: string; readonly label: string }[]
  /** What to fill in. That of a `password` and of a `textarea` is never shown again. */
  readonly value: string
  /** What is wrong with it. */
  readonly failure: FieldFailure | undefined
}

/** What is wrong with a field; `text` where the service says it, in words for the user. */
export type FieldFailure =
  | 'malformed'
  | 'needed'
  | 'not_listed'
  | 'not_url'
  | 'too_long'
  | { readonly text: string }

/** A form for a credential that the user has. A refused attempt is 400. */
export interface SecretFormView extends ServiceRequestView {
  readonly fields: readonly FieldView[]
  /** What `renderGuide` has made of Markdown. */
  readonly guide: Html | undefined
  /** What is wrong with all of it: the service says no, or cannot be asked. */
  readonly failure: 'away' | 'refused' | undefined
}

/** An account of a service that the user has not connected before. */
export interface AccountChoiceView {
  /** Where the form is posted; it sends `decision`, `yes` or `no`. */
  readonly action: string
  readonly csrfToken: string
  readonly service: string
  readonly account: string
  readonly replaces: string | undefined
}

/** A service has been connected, or has not (`account` is `undefined`). */
export interface ConnectedView {
  readonly service: string
  readonly account: string | undefined
  readonly client: ClientView | undefined
  /** A path of this server. */
  readonly accountPath: string
}

/** Whoever opened a link is not the user that it was made for. The status is 403. */
export interface WrongUserView {
  readonly signedInAs: string
  readonly csrfToken: string
  /** Where the form is posted that signs out and in again. */
  readonly action: string
  /** Sent as `return_to`. */
  readonly returnTo: string
  readonly correlationId: string
}

/** A page that is only for signed-in users. */
export interface SignInNeededView {
  /** Where the form is posted that begins the sign-in. */
  readonly action: string
  /** Sent as `return_to`. */
  readonly returnTo: string
  /** Where users sign in. */
  readonly host: string
}

/** A service that a user has connected. */
export interface ConnectionView {
  /** Names it in the paths of the forms. */
  readonly name: string
  readonly service: string
  readonly account: string
  readonly permissions: readonly ScopeView[]
  /** Seconds since the epoch; so is `lastUsedAt`. */
  readonly connectedAt: number
  readonly lastUsedAt: number | undefined
  readonly lastUsedBy: ClientView | undefined
  readonly needsReconnect: boolean
  /** Whether the service can still be connected: it is in the configuration. */
  readonly canReconnect: boolean
}

/** An application that the user has allowed to act for them. */
export interface ApprovedClientView {
  readonly id: string
  readonly client: ClientView
  readonly redirectUri: string
  readonly scopes: readonly ScopeView[]
  readonly approvedAt: number
}

/** What a user has connected and allowed. */
export interface AccountView {
  readonly signedInAs: string
  readonly csrfToken: string
  readonly connections: readonly ConnectionView[]
  /** Services that can be connected, and are not. */
  readonly services: readonly { readonly name: string; readonly service: string }[]
  /** `undefined` where this server does not know. */
  readonly clients: readonly ApprovedClientView[] | undefined
  /** Whether everything else of the user can be signed out too. */
  readonly canSignOutEverywhere: boolean
  /** The path that all others of these pages are below of: `/account`; and of the connect pages. */
  readonly paths: { readonly account: string; readonly connect: string }
}

/** Asks before something is taken away. It sends `decision`, `yes`. */
export interface RemovalView {
  readonly what:
    | { readonly kind: 'connection'; readonly service: string; readonly account: string }
    | { readonly kind: 'client'; readonly client: ClientView }
    | { readonly kind: 'sessions' }
  readonly action: string
  readonly csrfToken: string
  /** Where to go back to: a path of this server. */
  readonly backPath: string
}
