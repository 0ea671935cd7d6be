import type { CurrentRequest } from '../context/index.ts'
import {
  type AnswerHead,
  type AnswerPlan,
  createMessageRewriter,
  type InboundRequest,
  isEventStream,
  type PlanAnswer,
} from '../http/index.ts'
import { mayCreateTask } from '../mcp/index.ts'
import { callerKey } from '../principal/index.ts'
import type { GateState } from './gate-state.ts'
import { createMessageRules, mayMatter } from './message-rules.ts'
import { challengedScopes, scopeRules } from './operation-check.ts'
import type { Settings } from './options/index.ts'
import type { Refusal } from './refusal.ts'
import { type AllowedRequest, isListening, refuseForScopes } from './request-decision.ts'

/** What goes with a request that was let through, until its answer is over. */
export interface Accompaniment {
  /** The request as code further in sees it. */
  readonly current: CurrentRequest
  readonly plan: PlanAnswer
}

/**
 * Creates what happens to answers: sessions get their owner, streams an end, lists lose what the
 * caller may not use, and a handler that asked for more scopes in time is answered with them.
 */
export function createAnswerRules<Claims>(
  settings: Settings<Claims>,
  state: GateState<Claims>,
): (
  request: InboundRequest,
  allowed: AllowedRequest<Claims>,
  refuse: (refusal: Refusal) => Response,
) => Accompaniment {
  const { policy, maxAnswerBytes } = settings
  const { missingScopes, leastScopes } = scopeRules(policy)
  const messageRules = createMessageRules(settings, state)

  return (request, allowed, refuse) => {
    const { principal, messages } = allowed
    let demanded: readonly string[] = []
    const current: CurrentRequest = {
      principal,
      missingScopes: (required) => missingScopes(principal.scopes, required),
      demandScopes(scopes) {
        demanded = [...demanded, ...scopes]
      },
      inbound: { resource: settings.resource, header: request.header },
    }

    function planBody(head: AnswerHead, isStream: boolean): AnswerPlan {
      if (!settings.checksMessages || !(isStream || mayHoldList(request, allowed))) return {}
      if (isEncoded(head)) return { replacement: refuse({ kind: 'encoded_answer', principal }) }
      const rewriter = createMessageRewriter(
        head.header('content-type'),
        (message) => messageRules.rewrite(message, principal),
        {
          maxBytes: maxAnswerBytes,
          mayMatter,
          rewriteUnparsed: (text) => messageRules.rewriteUnparsed(text, principal),
        },
      )
      return rewriter === undefined ? {} : { rewriter }
    }

    const { release } = allowed

    const plan: PlanAnswer = (head) => {
      if (demanded.length > 0) {
        const needed = leastScopes([...settings.requiredScopes, ...demanded])
        const scopes = challengedScopes(messages, principal.scopes, needed, policy)
        release?.()
        return { replacement: refuse(refuseForScopes(scopes, allowed, messages, state.stepUps)) }
      }
      trackSession(request, head, allowed, state)
      const isStream = isEventStream(head.header('content-type'))
      const body = planBody(head, isStream)
      if (body.replacement !== undefined) release?.()
      // To HEAD nothing is streamed, whatever the fields say.
      if (isStream && request.method !== 'HEAD')
        return { ...body, onOpen: (end) => watch(request, allowed, state, end) }
      return release === undefined ? body : { ...body, onOpen: () => release }
    }
    return { current, plan }
  }
}

/** Has a stream ended with the access that it was opened with. */
function watch<Claims>(
  request: InboundRequest,
  allowed: AllowedRequest<Claims>,
  { streams, tokens }: GateState<Claims>,
  end: () => void,
): () => void {
  const close = streams.open({
    owner: callerKey(allowed.principal),
    kind: isListening(request, allowed.messages) ? 'listening' : 'call',
    expiresAt: allowed.expiresAt,
    isRevoked: () => tokens.isRevoked(allowed),
    end,
  })
  const { release } = allowed
  if (release === undefined) return close
  return () => {
    close()
    release()
  }
}

/**
 * Whether the answer, where it is JSON, can hold what callers must not share. Others are not
 * looked into, however large they are.
 */
function mayHoldList(
  { method: httpMethod }: InboundRequest,
  { messages, parsedBody }: AllowedRequest<unknown>,
): boolean {
  // What a GET is answered is asked for elsewhere.
  if (httpMethod === 'GET') return true
  const asksForList = messages?.operations.some(({ method }) => method.endsWith('/list')) ?? false
  return asksForList || [parsedBody].flat().some(mayCreateTask)
}

function trackSession<Claims>(
  request: InboundRequest,
  head: AnswerHead,
  { principal }: AllowedRequest<Claims>,
  { sessions }: GateState<Claims>,
): void {
  const session = head.header('mcp-session-id')
  if (session !== undefined) sessions.bind(session, principal)
  if (request.method !== 'DELETE' || head.status >= 300) return
  for (const ended of request.header('mcp-session-id')) sessions.forget(ended)
}

function isEncoded(head: AnswerHead): boolean {
  const encoding = head.header('content-encoding')?.trim().toLowerCase() ?? ''
  return encoding !== '' && encoding !== 'identity'
}
