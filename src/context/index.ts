/**
 * The caller of the request that is being handled, without passing it along.
 *
 * @module
 */
export { type CallContext, callerOf, hasToken, requestOf } from './caller.ts'
export {
  type CurrentRequest,
  currentPrincipal,
  currentRequest,
  runWithRequest,
} from './current-request.ts'
export { type ForwardHeadersOptions, forwardHeaders } from './forward-headers.ts'
export { getUser } from './get-user.ts'
export { requireOwner, requireTenant } from './isolation.ts'
