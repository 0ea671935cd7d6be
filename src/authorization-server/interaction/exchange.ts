import type { IncomingMessage, ServerResponse } from 'node:http'
import type { default as Provider } from 'oidc-provider'
import type { FormTokens } from '../../browser/index.ts'
import type { Pages } from '../../pages/index.ts'
import type { Revocations } from '../../revocation/index.ts'
import type { Clients } from '../clients/index.ts'
import type { FirstPartySignIns } from '../first-party/first-party-sign-ins.ts'
import type { GrantedMeanings } from '../grants/granted-meanings.ts'
import type { Settings } from '../options/index.ts'
import type { UserRecords } from '../users.ts'
import type { AccessRequest, Interaction } from './access-request.ts'
import type { ApprovalRecords } from './approvals.ts'
import type { Steps } from './steps.ts'

/** What every request of a user's browser is handled with. */
export interface InteractionParts {
  readonly settings: Settings
  readonly pages: Pages
  readonly users: UserRecords
  readonly meanings: GrantedMeanings
  readonly approvals: ApprovalRecords
  readonly revocations: Revocations
  readonly steps: Steps
  readonly forms: FormTokens
  readonly signIn: SignInMethod
  readonly firstParty: FirstPartySignIns
  readonly clients: Pick<Clients, 'noteApproval' | 'readDocument'>
}

/** One request of a browser. */
export interface Visit {
  readonly parts: InteractionParts
  readonly provider: Provider
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly correlationId: string
}

/** One request of a browser that is in the middle of an interaction. */
export interface Exchange extends Visit {
  readonly interaction: Interaction
  readonly request: AccessRequest
  /** The path of the interaction, which its pages are below of. */
  readonly basePath: string
}

/** What of a request counts for the sign-in; pages of this process are for no resource. */
export type SignInRequest = Pick<AccessRequest, 'documentHash' | 'loginHint'> &
  Partial<Pick<AccessRequest, 'resource'>>

/** A user who signs in: for a client, or to pages of this process. */
export interface SignInExchange extends Visit {
  readonly interaction: Pick<Interaction, 'params' | 'uid'>
  readonly request: SignInRequest
  readonly basePath: string
  /** Ask again, whoever is signed in there. @defaultValue false */
  readonly isForced?: boolean
}

/** Where the user of a request will sign in, as far as it is known before they have answered. */
export interface SignInDestination {
  /** The host of the identity provider; `undefined` where it is this server or not known yet. */
  readonly host: string | undefined
  /** Whether the user chooses after the consent, or says their address. */
  readonly isChosenLater: boolean
  /** Scopes that are asked for at the upstream, or at any that can be chosen. */
  readonly scopes: readonly string[]
  /** The upstream whose users alone may go on; `undefined` where everybody may. */
  readonly onlyUsersOf: string | undefined
}

/** How users sign in once they have allowed the request. */
export interface SignInMethod {
  /** For the consent page. */
  destination(request: SignInRequest): SignInDestination
  /** Sends the browser to where the user signs in. */
  start(exchange: SignInExchange): Promise<void>
  /** Answers pages of its own below the interaction; `false` for a path that is none. */
  handle(exchange: SignInExchange, step: string): Promise<boolean>
}
