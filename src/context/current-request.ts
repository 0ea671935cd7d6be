import type { AsyncLocalStorage } from 'node:async_hooks'
import { ConfigError } from '../errors/index.ts'
import type { Principal } from '../principal/index.ts'
import { nodeBuiltin } from '../runtime/index.ts'

/** The MCP request that is being handled. */
export interface CurrentRequest {
  readonly principal: Principal<unknown>
  /** Those of `required` that the principal's scopes do not satisfy, by the policy's hierarchy. */
  missingScopes(required: Iterable<string>): string[]
  /**
   * Remembers that the handler needs these scopes. The gate answers 403 with them where the head of
   * the answer has not been sent yet.
   */
  demandScopes(scopes: readonly string[]): void
  /** What came over HTTP, and the resource that it was sent to. Without the gate there is none. */
  readonly inbound?: {
    readonly resource: string
    /** All values of a field, one per line where the platform tells lines apart. */
    readonly header: (name: string) => readonly string[]
  }
}

const AsyncContext = nodeBuiltin('node:async_hooks')?.AsyncLocalStorage

const storage: AsyncLocalStorage<CurrentRequest> | undefined =
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
  return storage.getStore()?.principal as Principal | undefined
}

/** The request that is being handled; `undefined` outside of one and without AsyncLocalStorage. */
export function currentRequest(): CurrentRequest | undefined {
  return storage?.getStore()
}

/** Runs `handle` within `request`; without AsyncLocalStorage it just runs it. */
export function runWithRequest<Result>(request: CurrentRequest, handle: () => Result): Result {
  return storage === undefined ? handle() : storage.run(request, handle)
}
