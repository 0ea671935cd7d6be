import {
  type CallContext,
  callerOf,
  hasToken,
  requestOf,
  runWithRequest,
} from '../context/index.ts'
import { DeniedError } from '../errors/index.ts'
import { type Operation, type RequestId, readMessages } from '../mcp/index.ts'
import type { Decision, Policy } from '../policy/index.ts'
import type { Principal } from '../principal/index.ts'
import type { Clock } from '../runtime/index.ts'
import {
  answerUnknown,
  type HandlerRequest,
  refuse,
  refuseMalformed,
  type SdkVersion,
} from './answers.ts'
import { filterResult } from './list-filter.ts'
import { scopesDenied } from './require-scopes.ts'

/** What handlers are guarded with. */
export interface Guard {
  readonly policy: Policy
  readonly allowUnauthenticated: boolean
  readonly clock: Clock
  /** Told what fails in the policy. */
  readonly onError: (error: Error) => void
}

/** What the SDKs hand to a handler beside the request. */
export interface HandlerContext extends CallContext {
  /** SDK v1. */
  readonly requestId?: RequestId
  /** SDK v2; a request has an envelope since 2026-07-28. */
  readonly mcpReq?: { readonly id?: RequestId; readonly envelope?: unknown } | undefined
}

/** Opening a connection says nothing about the caller; whether it is let in, the gate decides. */
const LIFECYCLE: ReadonlySet<string> = new Set(['initialize', 'ping', 'server/discover'])

/** Runs `handle` where the policy allows the request, and answers it otherwise. */
export async function handleGuarded(
  guard: Guard,
  request: HandlerRequest,
  context: HandlerContext,
  handle: () => unknown,
): Promise<unknown> {
  if (LIFECYCLE.has(request.method)) return handle()
  const principal = callerOf(context)
  if (principal === undefined) {
    const isAllowed = guard.allowUnauthenticated && !hasToken(context)
    return isAllowed ? handle() : refuse(request, NOBODY_SIGNED_IN)
  }

  const now = guard.clock.now()
  for (const operation of operationsOf(request, context)) {
    const decision = await decide(guard.policy, principal, operation, now)
    if (decision.kind === 'allow') continue
    if (decision.kind === 'failed') guard.onError(decision.error)
    const sdk = context.mcpReq === undefined ? 1 : 2
    return answerDenied(request, { operation, decision, principal, sdk })
  }

  const result = await withDenials(request, () => runAs(principal, guard.policy, handle))
  const isCacheable = context.mcpReq?.envelope !== undefined
  return filterResult(result, guard.policy, principal, isCacheable)
}

const NOBODY_SIGNED_IN = {
  text: new DeniedError(
    'ERR_DENIED_OPERATION',
    'Nobody is signed in (put a resource server in front, or guard with `unauthenticated: "allow"`)',
  ).message,
}

function operationsOf(
  { method, params }: HandlerRequest,
  { requestId = 0, mcpReq: { id = requestId } = {} }: HandlerContext,
): readonly Operation[] {
  // The SDK has compared the headers of the request with it, and taken the envelope out.
  const { _meta, ...named } = params ?? {}
  const message = { jsonrpc: '2.0', id, method, params: params && named }
  const messages = readMessages(message, () => [])
  return 'operations' in messages ? messages.operations : refuseMalformed(messages)
}

async function decide(
  policy: Policy,
  principal: Principal<unknown>,
  operation: Operation,
  now: number,
): Promise<Decision> {
  try {
    return await policy.decide(principal, operation, now)
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
  }
}

interface DeniedRequest {
  readonly operation: Operation
  readonly decision: Exclude<Decision, { kind: 'allow' }>
  readonly principal: Principal<unknown>
  readonly sdk: SdkVersion
}

function answerDenied(
  request: HandlerRequest,
  { operation, decision, principal, sdk }: DeniedRequest,
): unknown {
  switch (decision.kind) {
    case 'hidden':
      return answerUnknown(request, operation, sdk)
    case 'scope':
      requestOf(principal)?.demandScopes(decision.scopes)
      return refuse(request, denialOf(scopesDenied(decision.scopes)))
    case 'authentication':
      return refuse(request, STRONGER_SIGN_IN_NEEDED)
    case 'forbidden':
    case 'failed':
      return refuse(request, FORBIDDEN)
    default:
      decision satisfies never
      return refuse(request, FORBIDDEN)
  }
}

const FORBIDDEN = { text: new DeniedError('ERR_DENIED_OPERATION', 'Not allowed').message }
const STRONGER_SIGN_IN_NEEDED = {
  text: new DeniedError('ERR_DENIED_OPERATION', 'A stronger or more recent sign-in is needed')
    .message,
  data: { error: 'insufficient_user_authentication' },
}

/** What a handler denies by itself is answered like what the policy denies. */
async function withDenials(request: HandlerRequest, handle: () => unknown): Promise<unknown> {
  try {
    return await handle()
  } catch (error) {
    if (error instanceof DeniedError) return refuse(request, denialOf(error))
    throw error
  }
}

function denialOf({ message, scopes }: DeniedError) {
  if (scopes === undefined) return { text: message }
  return { text: message, data: { error: 'insufficient_scope', scope: scopes.join(' ') } }
}

/** Without the gate in this process the handler finds its caller, and the hierarchy, all the same. */
function runAs(principal: Principal<unknown>, policy: Policy, handle: () => unknown): unknown {
  if (requestOf(principal) !== undefined) return handle()
  const request = {
    principal,
    missingScopes: (required: Iterable<string>) => policy.missingScopes(principal.scopes, required),
    demandScopes: () => {},
  }
  return runWithRequest(request, handle)
}
