import type { Principal } from '../principal/index.ts'
import { type CurrentRequest, currentRequest } from './current-request.ts'

/** Where a verified token stands in what the SDKs hand to a handler. */
interface VerifiedToken {
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

/** What a handler is given beside its arguments: `extra` of SDK v1, `ctx` of SDK v2. */
export interface CallContext {
  /** SDK v1. */
  readonly authInfo?: VerifiedToken | undefined
  /** SDK v2. */
  readonly http?: { readonly authInfo?: VerifiedToken | undefined } | undefined
}

/** Who calls: by the message itself, else by the request that is being handled. */
export function callerOf(context: CallContext): Principal<unknown> | undefined {
  const principal = tokenOf(context)?.extra?.['principal']
  return isPrincipal(principal) ? principal : currentRequest()?.principal
}

/** Whether there is a token, perhaps of another verifier than ours, and so somebody. */
export function hasToken(context: CallContext): boolean {
  return tokenOf(context) !== undefined
}

/** The request that is being handled, where it is this caller's and not one that it waits for. */
export function requestOf(principal: Principal<unknown>): CurrentRequest | undefined {
  const request = currentRequest()
  return request?.principal.id === principal.id ? request : undefined
}

function tokenOf({ http, authInfo }: CallContext): VerifiedToken | undefined {
  return http?.authInfo ?? authInfo
}

/** Another verifier than ours may have put anything there. */
function isPrincipal(value: unknown): value is Principal<unknown> {
  if (typeof value !== 'object' || value === null) return false
  const { id, scopes } = value as { readonly id?: unknown; readonly scopes?: unknown }
  return typeof id === 'string' && scopes instanceof Set
}
