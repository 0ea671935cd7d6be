import { type CallContext, callerOf, requestOf } from '../context/index.ts'
import { DeniedError } from '../errors/index.ts'
import { isScopeToken, missingScopes } from '../oauth/index.ts'

/**
 * Refuses the call unless the caller has all of `scopes`, by the policy's hierarchy. For what only
 * the handler can know; what depends on the name or the arguments alone belongs into the policy.
 *
 * Behind a resource server of this package the client is answered 403 with these scopes and signs
 * in for them, where the head of the answer has not been sent yet. Otherwise it gets a tool error
 * that names them. Nothing that the handler did before is undone, so call it first.
 *
 * `requireScopes` of SDK v2 is something else: a setting of a registration (`scopeChallenge`) that
 * compares scopes one by one, before the handler, and lets callers without a token pass.
 *
 * @param context `extra` of SDK v1, `ctx` of SDK v2.
 * @throws {DeniedError} `ERR_DENIED_SCOPE`, also where nobody is signed in
 *
 * @example
 * ```ts
 * server.registerTool('read_file', config, async ({ path }, ctx) => {
 *   const file = await files.find(path)
 *   if (file.isConfidential) requireScopes(ctx, 'files:confidential')
 *   return { content: [{ type: 'text', text: await file.text() }] }
 * })
 * ```
 */
export function requireScopes(context: CallContext, ...scopes: readonly string[]): void {
  const principal = callerOf(context)
  const request = principal === undefined ? undefined : requestOf(principal)
  if (principal !== undefined) {
    const missing =
      request === undefined
        ? missingScopes(principal.scopes, scopes)
        : request.missingScopes(scopes)
    if (missing.length === 0) return
  }
  // A scope built from an argument may be no scope at all; it does not get into a challenge.
  if (scopes.every(isScopeToken)) request?.demandScopes(scopes)
  throw scopesDenied(scopes)
}

/** The refusal of a caller who lacks scopes; `scopes` are all that are needed. */
export function scopesDenied(scopes: readonly string[]): DeniedError {
  return new DeniedError('ERR_DENIED_SCOPE', `Scopes needed: ${scopes.join(' ')}`, { scopes })
}
