import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FormTokens } from '../browser/index.ts'
import type { ClientSource } from '../oauth-client/index.ts'
import type { Pages } from '../pages/index.ts'
import type { Clients } from './clients/clients.ts'
import type { RelayLimits } from './limits.ts'
import type { RelaySettings } from './options/index.ts'
import type { Codes } from './records/codes.ts'
import type { RefreshTokens } from './records/refresh-tokens.ts'
import type { SignIns } from './records/sign-ins.ts'

/** What every request is handled with. */
export interface RelayParts {
  readonly settings: RelaySettings
  readonly pages: Pages
  readonly forms: FormTokens
  readonly limits: RelayLimits
  readonly clients: Clients
  /** Notes that a form was answered. @returns Whether this was the first time. */
  readonly answerOnce: (csrfToken: string) => Promise<boolean>
  readonly signIns: SignIns
  readonly codes: Codes
  readonly refreshTokens: RefreshTokens
  /** This server as a client of the upstream. */
  readonly upstream: ClientSource
}

/** One request. */
export interface Visit {
  readonly parts: RelayParts
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** As it arrived, without the question mark. */
  readonly query: string
  readonly correlationId: string
  /** Of the client, as far as it can be trusted. */
  readonly address: string | undefined
}
