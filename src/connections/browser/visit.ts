import type { Attempts, AuthorizationAttempt } from '../../oauth-client/index.ts'
import type { Html, Pages } from '../../pages/index.ts'
import type { ConnectionsCore } from '../connections.ts'
import type { PageRequest } from './page-request.ts'
import type { PageSession, PageSessions } from './page-sessions.ts'
import type { PagePaths } from './paths.ts'

/** A sign-in to these pages that is under way. */
export interface PageSignIn {
  readonly attempt: AuthorizationAttempt
  /** Where the user goes on: a path of these pages. */
  readonly returnTo: string
}

/** What every request of a browser is handled with. */
export interface BrowserParts {
  readonly core: ConnectionsCore
  readonly pages: Pages
  readonly paths: PagePaths
  readonly sessions: PageSessions
  readonly signIns: Attempts<PageSignIn>
  /** By the names of services. */
  readonly guides: ReadonlyMap<string, Html>
}

/** One request of a browser. */
export interface Visit {
  readonly parts: BrowserParts
  readonly request: PageRequest
  readonly correlationId: string
}

/** One request of a browser whose user is known. */
export interface UserVisit extends Visit {
  readonly session: PageSession
}
