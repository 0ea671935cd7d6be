import { DeniedError } from '../errors/index.ts'
import type { Principal } from '../principal/index.ts'
import { currentPrincipal } from './current-request.ts'

/**
 * The tenant of the caller.
 *
 * Take it from here, never from an argument of the tool, a header or a path. It does NOT choose the
 * tenant's settings: where they are absent or incomplete, refuse, and never fall back to
 * credentials of your own.
 *
 * @throws {DeniedError} `ERR_DENIED_TENANT` where the caller has no tenant, and outside of a request
 *
 * @example
 * ```ts
 * const settings = settingsOf.get(requireTenant())
 * if (settings === undefined) throw new Error('This tenant is not set up.')
 * ```
 */
export function requireTenant(): string
/**
 * Refuses callers of any tenant but `expected`; nobody is of the tenant `undefined`.
 *
 * @param principal The caller, where the runtime has no AsyncLocalStorage.
 * @throws {DeniedError} `ERR_DENIED_TENANT`, also outside of a request
 */
export function requireTenant(expected: string | undefined, principal?: Principal<unknown>): string
export function requireTenant(
  ...demand: readonly [expected?: string | undefined, principal?: Principal<unknown>]
): string {
  const [expected, principal = currentPrincipal()] = demand
  const tenant = principal?.tenant
  // A record without a tenant is nobody's, and not everybody's: `requireTenant(record.tenant)`.
  const isRefused = demand.length > 0 && tenant !== expected
  if (tenant === undefined || isRefused) throw new DeniedError('ERR_DENIED_TENANT', 'Not allowed')
  return tenant
}

/**
 * Refuses everybody but the owner of a resource.
 *
 * A caller learns by it that the resource exists. Where that is a secret, look it up by owner and
 * identifier in one query instead.
 *
 * @param resourceOwner The `id` of the principal that the resource was stored for.
 * @param principal The caller, where the runtime has no AsyncLocalStorage.
 * @throws {DeniedError} `ERR_DENIED_OWNER`, also outside of a request
 *
 * @example
 * ```ts
 * const note = await database.note(id)
 * requireOwner(note.owner)
 * ```
 */
export function requireOwner(
  resourceOwner: string | undefined,
  principal: Principal<unknown> | undefined = currentPrincipal(),
): void {
  if (principal === undefined || principal.id !== resourceOwner) {
    throw new DeniedError('ERR_DENIED_OWNER', 'Not allowed')
  }
}
