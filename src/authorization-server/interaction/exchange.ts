import type { IncomingMessage, ServerResponse } from 'node:http'
import type { default as Provider } from 'oidc-provider'
import type { Pages } from '../../pages/index.ts'
import type { Revocations } from '../../revocation/index.ts'
import type { Clients } from '../clients/index.ts'
import type { Settings } from '../options/index.ts'
import type { UserRecords } from '../users.ts'
import type { AccessRequest, Interaction } from './access-request.ts'
import type { ApprovalRecords } from './approvals.ts'
import type { FormTokens } from './form-tokens.ts'
import type { Steps } from './steps.ts'

/** What every request of a user's browser is handled with. */
export interface InteractionParts {
  readonly settings: Settings
  readonly pages: Pages
  readonly users: UserRecords
  readonly approvals: ApprovalRecords
  readonly revocations: Revocations
  readonly steps: Steps
  readonly forms: FormTokens
  readonly signIn: SignInMethod
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

/** How users sign in once they have allowed the request. */
export interface SignInMethod {
  /** The name of the upstream, where there is one. */
  readonly upstream: string | undefined
  /** The host where users sign in, for the consent page; `undefined` where it is this server. */
  readonly host: string | undefined
  /** Scopes that are asked for at the upstream, for the consent page. */
  readonly scopes: readonly string[]
  /** Sends the browser to where the user signs in. */
  start(exchange: Exchange): Promise<void>
  /** Answers pages of its own below the interaction; `false` for a path that is none. */
  handle(exchange: Exchange, step: string): Promise<boolean>
}
