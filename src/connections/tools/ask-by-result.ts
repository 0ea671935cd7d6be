import { isObject } from '../../runtime/index.ts'
import type { ConnectionRequestOutcome } from '../connection-requests.ts'
import { connectionRefusal } from './call-refusal.ts'
import type { AskedFor, WaitingCall } from './request-state.ts'
import { askText, declinedText, unfinishedText } from './texts.ts'
import {
  type Asked,
  beginRequest,
  CONNECTED,
  dropRequests,
  servicesOf,
  titlesOf,
  type UserAsk,
} from './user-ask.ts'

/** Well below the 60 s after which clients and proxies give up on a request. */
const LEG_SECONDS = 25

/** Who has not finished what was asked for twice does not want to. */
const MAX_ASKED = 2

/**
 * Asks by an `InputRequiredResult` (MCP 2026-07-28, "Multi Round-Trip Requests"): the client opens
 * the links, and calls again with what this sealed for it. A client that has its user's consent calls
 * again at once: then this waits for a while, and has it call again without asking anybody.
 */
export async function askByResult(ask: UserAsk): Promise<Asked> {
  const { waiting } = ask
  if (waiting === undefined || !isAgreed(ask, waiting)) return askAnew(ask)
  const now = ask.core.settings.clock.now()
  const agreed = { ...waiting, acceptedAt: waiting.acceptedAt ?? now }
  const secondsLeft = agreed.acceptedAt + ask.settings.waitSeconds - now
  const outcomes = await waitForAll(ask, agreed, Math.min(LEG_SECONDS, secondsLeft))
  if (outcomes.includes('declined')) return giveUp(ask, declinedText)
  if (outcomes.every((outcome) => outcome === 'connected')) return CONNECTED
  if (ask.call.signal?.aborted === true) return giveUp(ask, unfinishedText)
  const isUnderWay = outcomes.every((outcome) => outcome === 'connected' || outcome === 'pending')
  if (isUnderWay && secondsLeft > LEG_SECONDS) {
    return answer({ requestState: await ask.states.issue(agreed) })
  }
  return askAnew(ask)
}

/** Whether the user was asked for all that is needed, and has agreed to open the links. */
function isAgreed({ call, needs }: UserAsk, { acceptedAt, services }: WaitingCall): boolean {
  return needs.every(({ service }) => {
    if (services[service] === undefined) return false
    return acceptedAt !== undefined || actionOf(call.inputResponses[service]) === 'accept'
  })
}

/** Whether the user does not want to open a link. What was done is not taken from this. */
export function isDeclined(
  { services }: WaitingCall,
  responses: UserAsk['call']['inputResponses'],
): boolean {
  return Object.keys(services).some((service) => {
    const action = actionOf(responses[service])
    return action === 'decline' || action === 'cancel'
  })
}

function actionOf(response: unknown): unknown {
  return isObject(response) ? response['action'] : undefined
}

async function waitForAll(
  { core, owner, call: { signal }, needs }: UserAsk,
  { services }: WaitingCall,
  timeoutSeconds: number,
): Promise<readonly ConnectionRequestOutcome[]> {
  const ids = needs.flatMap(({ service }) => services[service]?.requestId ?? [])
  if (timeoutSeconds <= 0) {
    return Promise.all(ids.map(async (id) => core.requests.outcome(owner, id)))
  }
  return Promise.all(
    ids.map(async (id) => core.requests.waitFor(owner, id, { timeoutSeconds, signal })),
  )
}

async function askAnew(ask: UserAsk): Promise<Asked> {
  const { call, waiting, needs, settings } = ask
  const asked = (waiting?.asked ?? 0) + 1
  if (asked > MAX_ASKED) return giveUp(ask, unfinishedText)
  const links = await Promise.all(
    needs.map(async (need) => [need.service, await linkFor(ask, need.service)] as const),
  )
  const services = Object.fromEntries(links)
  const purpose = settings.purpose ?? call.name
  const inputRequests = Object.fromEntries(
    needs.map((need) => {
      const url = services[need.service]?.url
      const params = { mode: 'url', message: askText(need, purpose), url }
      return [need.service, { method: 'elicitation/create', params }]
    }),
  )
  const { owner, clientId, operation } = ask
  const requestState = await ask.states.issue({
    principalId: owner.id,
    clientId,
    operation,
    services,
    asked,
    acceptedAt: undefined,
  })
  return answer({ inputRequests, requestState })
}

/** The link that the user has, while it is good. */
async function linkFor(ask: UserAsk, service: string): Promise<AskedFor> {
  const known = ask.waiting?.services[service]
  if (known !== undefined) {
    const outcome = await ask.core.requests.outcome(ask.owner, known.requestId)
    if (outcome === 'pending') return known
  }
  const { id, url } = await beginRequest(ask, service)
  return { requestId: id, url }
}

async function giveUp(ask: UserAsk, text: (titles: readonly string[]) => string): Promise<never> {
  const links = Object.values(ask.waiting?.services ?? {})
  await dropRequests(
    ask,
    links.map(({ requestId }) => requestId),
  )
  throw connectionRefusal(text(titlesOf(ask.needs)), servicesOf(ask.needs))
}

function answer(result: object): Asked {
  return { kind: 'answer', value: { resultType: 'input_required', ...result } }
}
