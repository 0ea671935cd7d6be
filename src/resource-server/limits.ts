import { clientAddress, type InboundRequest } from '../http/index.ts'
import type { Exceeded, Outcome } from '../limits/index.ts'
import type { Messages } from '../mcp/index.ts'
import { parseAccessToken } from '../oauth/index.ts'
import type { Principal } from '../principal/index.ts'
import type { AdmittedCaller } from './caller-admission.ts'
import type { GateState } from './gate-state.ts'
import type { Settings } from './options/index.ts'
import type { Refusal } from './refusal.ts'

/** What goes with a request that is within its limits. */
export interface WithinLimits {
  /** Fields of its answer. */
  readonly limitHeaders?: Readonly<Record<string, string>>
  /** To be called when it is over. */
  readonly release?: () => void
}

/** The limits as stations of the way of a request. */
export interface LimitStations<Claims> {
  /** Before the credentials are looked at. */
  checkAddress(request: InboundRequest): Promise<Refusal | WithinLimits>
  /** Around the admission: who has failed too often gets no further with what is not known. */
  guardAdmission(
    request: InboundRequest,
    admit: (request: InboundRequest) => Promise<AdmittedCaller<Claims> | Refusal>,
  ): Promise<AdmittedCaller<Claims> | Refusal>
  /** After the decision. @param isCall Whether it is handled, and not a stream that waits. */
  checkCall(
    principal: Principal<Claims>,
    messages: Messages | undefined,
    isCall: boolean,
  ): Promise<Refusal | WithinLimits>
}

/** `undefined` where nothing is limited, so that it costs nothing. */
export function createLimitStations<Claims>(
  { limits, trustedProxyHops }: Settings<Claims>,
  { tokens }: Pick<GateState<Claims>, 'tokens'>,
): LimitStations<Claims> | undefined {
  if (limits === undefined) return undefined
  const { failures } = limits
  const addressOf = (request: InboundRequest): string | undefined =>
    clientAddress(request, trustedProxyHops)

  return {
    async checkAddress(request) {
      const outcome = limits.countAddress(addressOf(request))
      const made = outcome instanceof Promise ? await outcome : outcome
      return made.exceeded === undefined ? withinOf(made) : { kind: 'rate', ...made }
    },
    async guardAdmission(request, admit) {
      if (failures === undefined) return admit(request)
      const address = addressOf(request)
      const exceeded = failures.exceededBy(address)
      if (exceeded !== undefined && !(await carriesKnownToken(request, tokens))) {
        return { kind: 'rate', exceeded }
      }
      const admitted = await admit(request)
      if ('kind' in admitted && isFailure(admitted)) failures.note(address)
      return admitted
    },
    async checkCall(principal, messages, isCall) {
      const outcome = limits.countCall(principal, messages)
      const made = outcome instanceof Promise ? await outcome : outcome
      if (made.exceeded !== undefined) return rateRefusal(made.exceeded, principal, messages)
      if (!isCall) return withinOf(made)
      const entered = limits.enter(principal)
      return typeof entered === 'function'
        ? { ...withinOf(made), release: entered }
        : rateRefusal(entered, principal, messages)
    },
  }
}

function withinOf({ headers }: Extract<Outcome, { exceeded: undefined }>): WithinLimits {
  return { limitHeaders: headers }
}

function rateRefusal(
  exceeded: Exceeded,
  principal: Principal<unknown>,
  messages: Messages | undefined,
): Refusal {
  return { kind: 'rate', exceeded, principal, messages }
}

/**
 * What somebody who guesses gets. A token that has expired was good once, and a proof that lacks
 * the nonce is made again.
 */
function isFailure(refusal: Refusal): boolean {
  if (refusal.kind === 'token') return refusal.reason !== 'exp'
  if (refusal.kind === 'proof') return refusal.nonce === undefined
  return refusal.kind === 'malformed_credentials'
}

async function carriesKnownToken(
  request: InboundRequest,
  tokens: Pick<GateState<unknown>['tokens'], 'isKnown'>,
): Promise<boolean> {
  const credentials = parseAccessToken(request.header('authorization'))
  return credentials.kind === 'token' && tokens.isKnown(credentials.token)
}
