import type { EventFacts } from './event-facts.ts'
import type { RequestFacts } from './request-event.ts'

/** A process that the gateway runs for a caller. */
export interface ProcessFacts extends EventFacts {
  /** The identifier of the protected resource. */
  readonly resource: string
  /** `stdio:` and the name of the program. */
  readonly upstream: string
  /** `principal.id` of the caller. */
  readonly principal: string
}

/** What the gateway and the servers behind it did. The decision about each request is an event of the resource server. */
export type GatewayEvent =
  /** The gateway itself refused a request, before or after the resource server had let it through. */
  | ({
      readonly type: 'gateway.refused'
      /** The exact cause. */
      readonly reason: string
      /** What the client was answered. */
      readonly status: number
    } & RequestFacts)
  /** An upstream of the gateway did not answer, or not as it has to. */
  | ({
      readonly type: 'upstream.failed'
      /** The exact cause. */
      readonly reason: string
      /** What the client was answered. */
      readonly status: number
      /** Its URL without path and query. */
      readonly upstream: string
      /** What failed, where something did. */
      readonly error: Error | undefined
    } & RequestFacts)
  /** A process of an upstream has written to its standard error. */
  | ({
      readonly type: 'upstream.stderr'
      /** What it has written, without known secrets. */
      readonly text: string
      /** Lines that were left out since the last one, since there were too many. */
      readonly leftOut: number
    } & ProcessFacts)
  /** A process of an upstream has ended by itself, or could not be started. */
  | ({
      readonly type: 'upstream.ended'
      /** How it ended. */
      readonly error: Error
    } & ProcessFacts)
