import type { TokenClaims } from '../principal/index.ts'
import { currentPrincipal } from './current-request.ts'

/**
 * What the token of the caller says, by property and by index: `getUser()['email']`. A claim that
 * it lacks is `undefined`, and outside of a request, where nobody has signed in, all of them are.
 *
 * It is for what a tool shows. It does NOT identify the caller, since a `sub` is one only within
 * its issuer: the `id` of {@link currentPrincipal} does.
 *
 * @throws {ConfigError} `ERR_CONFIG_NO_ASYNC_CONTEXT` where the runtime has no AsyncLocalStorage
 *
 * @example
 * ```ts
 * const { name, email } = getUser()
 * ```
 */
export function getUser(): TokenClaims {
  // Without a prototype, so that `constructor` and the like are claims or nothing.
  return Object.freeze(Object.assign(Object.create(null), currentPrincipal()?.claims))
}
