import type { AsyncLocalStorage } from 'node:async_hooks'
import { ConfigError } from '../errors/index.ts'
import type { Principal } from '../principal/index.ts'
import { nodeBuiltin } from '../runtime/index.ts'

const AsyncContext = nodeBuiltin('node:async_hooks')?.AsyncLocalStorage

const storage: AsyncLocalStorage<Principal<unknown>> | undefined =
  AsyncContext === undefined ? undefined : new AsyncContext()

/**
 * The caller of the MCP request that is being handled, or `undefined` outside of one (and over
 * stdio, where nobody signs in).
 *
 * It is the caller of *this* request, also where many share a session or a connection: the gate
 * sets it anew for each.
 *
 * @throws {ConfigError} `ERR_CONFIG_NO_ASYNC_CONTEXT` where the runtime has no AsyncLocalStorage
 *
 * @example
 * ```ts
 * const notes = await database.notesOf(currentPrincipal()?.id)
 * ```
 */
export function currentPrincipal(): Principal | undefined {
  if (storage === undefined) {
    throw new ConfigError('ERR_CONFIG_NO_ASYNC_CONTEXT', 'currentPrincipal()')
  }
  // Whoever configures a claims schema has the narrower type at hand; here it is the general one.
  return storage.getStore() as Principal | undefined
}

/** Runs `handle` with `principal` as the caller; without AsyncLocalStorage it just runs it. */
export function runWithPrincipal<Result>(
  principal: Principal<unknown>,
  handle: () => Result,
): Result {
  return storage === undefined ? handle() : storage.run(principal, handle)
}
