import type { BodySource, InboundRequest } from '../http/index.ts'
import { type Messages, taskIdsOf } from '../mcp/index.ts'
import { callerKey, type Principal } from '../principal/index.ts'
import { type AdmittedCaller, createCallerAdmission } from './caller-admission.ts'
import type { GateState } from './gate-state.ts'
import { createLimitStations, type WithinLimits } from './limits.ts'
import { challengedScopes, type OperationRefusal } from './operation-check.ts'
import type { Settings } from './options/index.ts'
import type { Refusal } from './refusal.ts'
import { carriesMessage, peekMessages, type RequestBody, readBody } from './request-body.ts'
import type { ChallengedToken, StepUps } from './step-ups.ts'
import type { AdmittedToken } from './token-admission.ts'

/** A request that may go on. `messages` are there where somebody looks into bodies. */
export interface AllowedRequest<Claims>
  extends AdmittedCaller<Claims>,
    Omit<RequestBody, 'counted'>,
    WithinLimits {}

/** Decides about a request that is neither for metadata nor a preflight. */
export type Decide<Claims> = (
  request: InboundRequest,
  body: BodySource,
) => Promise<AllowedRequest<Claims> | Refusal>

/** Creates the stations from the credentials to the policy, in their order. */
export function createDecision<Claims>(
  settings: Settings<Claims>,
  state: GateState<Claims>,
): Decide<Claims> {
  const { checksMessages } = settings
  const admit = createCallerAdmission(settings, state)
  const limits = createLimitStations(settings, state)

  function refuseOperation(
    denied: OperationRefusal,
    token: AdmittedToken<Claims>,
    messages: Messages | undefined,
  ): Refusal {
    const { principal } = token
    if (denied.kind !== 'scope') return { ...denied, principal, messages }
    const scopes = challengedScopes(messages, principal.scopes, denied.scopes, settings.policy)
    return refuseForScopes(scopes, token, messages, state.stepUps)
  }

  const decide: Decide<Claims> = async (request, body) => {
    if (carriesMessage(request, settings) && !isJson(request) && request.hasBody()) {
      return { kind: 'content_type' }
    }
    const admitted = await (limits?.guardAdmission(request, admit) ?? admit(request))
    if ('kind' in admitted) return admitted
    const { principal } = admitted
    if (isOfOtherTenant(request, principal, settings)) return { kind: 'tenant', principal }

    // Where nobody looks into bodies, none is waited for before a refusal.
    const early = checksMessages ? undefined : await state.checkOperations(principal, undefined)
    if (early !== undefined) {
      return refuseOperation(early, admitted, await peekMessages(request, body))
    }
    const read = await readBody(request, body, principal, settings, state)
    if ('kind' in read) return read
    const { messages, parsedBody, counted } = read
    const refusal = await checkHandles(request, read, principal, settings, state)
    if (refusal !== undefined) return refusal
    const denied = checksMessages ? await state.checkOperations(principal, messages) : undefined
    if (denied !== undefined) return refuseOperation(denied, admitted, messages)
    // Nothing is waited for where there are no limits: every request passes here.
    const within =
      limits && (await limits.checkCall(principal, counted, !isListening(request, counted)))
    if (within !== undefined && 'kind' in within) return within
    return { ...admitted, parsedBody, messages, ...within }
  }

  if (limits === undefined) return decide
  return async (request, body) => {
    const within = await limits.checkAddress(request)
    if ('kind' in within) return within
    const decision = await decide(request, body)
    if ('kind' in decision) return decision
    return { ...decision, limitHeaders: joinFields(within.limitHeaders, decision.limitHeaders) }
  }
}

/** Each of the fields is a list (RFC 9651 §3.1). */
function joinFields(
  one: Readonly<Record<string, string>> = {},
  other: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const joined: Record<string, string> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    joined[name] = joined[name] === undefined ? value : `${joined[name]}, ${value}`
  }
  return joined
}

/** A challenge for more scopes, or a plain refusal where challenges lead nowhere. */
export function refuseForScopes(
  scopes: readonly string[],
  { principal, digest }: ChallengedToken,
  messages: Messages | undefined,
  stepUps: StepUps,
): Refusal {
  const kind = stepUps.isLooping({ principal, digest }, scopes) ? 'scope_loop' : 'scope'
  return { kind, scopes, principal, digest, messages }
}

/** Sessions, tasks and streams: what is the caller's own, and how much of it. */
async function checkHandles<Claims>(
  request: InboundRequest,
  { parsedBody, messages }: RequestBody,
  principal: Principal<Claims>,
  { maxStreamsPerPrincipal }: Pick<Settings<Claims>, 'maxStreamsPerPrincipal'>,
  { sessions, tasks, streams }: GateState<Claims>,
): Promise<Refusal | undefined> {
  for (const session of request.header('mcp-session-id')) {
    if (!(await sessions.isOwnedBy(session, principal))) {
      return { kind: 'session', principal, messages }
    }
  }
  const named = messages === undefined ? [] : [parsedBody].flat().flatMap(taskIdsOf)
  for (const task of named) {
    if (!(await tasks.isOwnedBy(task, principal))) return { kind: 'task', principal, messages }
  }
  const isFull =
    isListening(request, messages) &&
    streams.countListening(callerKey(principal)) >= maxStreamsPerPrincipal
  return isFull ? { kind: 'streams', principal } : undefined
}

/** A GET of the older revisions, or `subscriptions/listen`: streams that wait for what happens. */
export function isListening(request: InboundRequest, messages: Messages | undefined): boolean {
  if (request.method === 'GET') return true
  const methods = messages?.operations.map(({ method }) => method) ?? request.header('mcp-method')
  return methods.includes('subscriptions/listen')
}

function isJson(request: InboundRequest): boolean {
  const [type = '', second] = request.header('content-type')
  return second === undefined && /^application\/json\s*(?:;|$)/i.test(type)
}

function isOfOtherTenant(
  request: InboundRequest,
  { tenant }: Principal<unknown>,
  { requestedTenant }: Pick<Settings<unknown>, 'requestedTenant'>,
): boolean {
  const requested = requestedTenant?.(request)
  return requested !== undefined && requested !== tenant
}
