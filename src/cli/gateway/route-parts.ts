import type { RouteDefaults } from '../../gateway/index.ts'
import type { Storage } from '../../storage/index.ts'
import type { FileRouteDefaults, GatewayFile } from './gateway-file.ts'
import { createLimitParts, type LimitParts } from './limit-parts.ts'
import { requestedTenant } from './requested-tenant.ts'
import { openVerifier, type VerifierParts } from './verifier-parts.ts'

export interface RouteSurroundings {
  readonly folder: string
  readonly storage: Storage | undefined
  /** In memory, where there is no other: what needs one is a mistake that is told elsewhere. */
  readonly anyStorage: Storage
  readonly isCheck: boolean
  readonly file: GatewayFile
  /** Is told of what has to be closed, also where the rest is not opened any more. */
  readonly onOpened: (limits: LimitParts) => void
}

/** What a route, or what stands beside all of them, is made of. */
export interface OpenedFields {
  readonly options: RouteDefaults
  readonly verifier: VerifierParts | undefined
}

/** @param at The key of the route, with a dot at its end; empty beside all of them. */
export async function openFields(
  { limits: fileLimits, verifier: fileVerifier, dpop, tenant, ...others }: FileRouteDefaults,
  at: string,
  { folder, storage, anyStorage, isCheck, file, onOpened }: RouteSurroundings,
): Promise<OpenedFields> {
  const { allowInsecureLoopback = file.allowInsecureLoopback ?? false } = others
  const surroundings = { folder, storage: anyStorage, allowInsecureLoopback }
  const verifier = fileVerifier && (await openVerifier(fileVerifier, `${at}verifier`, surroundings))
  const limits = fileLimits && (await createLimitParts(fileLimits, isCheck))
  if (limits !== undefined) onOpened(limits)
  const options = {
    ...others,
    ...(limits !== undefined && { limits: limits.limits }),
    ...(tenant !== undefined && { requestedTenant: requestedTenant(tenant) }),
    ...(dpop !== undefined && { dpop: { ...dpop, ...(storage && !isCheck && { storage }) } }),
  }
  // What no file can say is left out, and the types of the rest are those of the schema.
  return { options: options as unknown as RouteDefaults, verifier }
}
