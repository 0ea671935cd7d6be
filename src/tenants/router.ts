import type { InboundRequest } from '../http/index.ts'
import { randomId } from '../runtime/index.ts'
import { notFound, suspended, unavailable } from './refusals.ts'
import type { TenantParts } from './tenant-parts.ts'
import type { Tenant } from './tenants.ts'

/** Finds out whose a request is. */
export interface Router {
  /** The tenant, `undefined` where there is none, or the answer to send while it cannot be known. */
  find(request: InboundRequest): Promise<Tenant | Response | undefined>
  /** The answer where there is no tenant, or none of its servers is meant. */
  notFound(request: InboundRequest): Response
  /** The answer for a suspended tenant. */
  refuse(tenant: Tenant, request: InboundRequest): Response
}

export function createRouter({ addresses, open, emitOf, clock }: TenantParts): Router {
  function report(
    tenant: string,
    { method, path }: InboundRequest,
    outcome:
      | { readonly reason: 'suspended'; readonly status: 403 }
      | { readonly reason: 'unavailable'; readonly status: 503; readonly error: Error },
  ): void {
    const facts = { correlationId: randomId(), at: clock.now(), tenant, method, path }
    emitOf(tenant)({ type: 'tenant.refused', ...facts, ...outcome })
  }
  const locate = ({ header, path }: InboundRequest): string | undefined =>
    addresses.locate(header('host'), path)
  return {
    async find(request) {
      const id = locate(request)
      if (id === undefined) return undefined
      try {
        return await open.find(id)
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause))
        report(id, request, { reason: 'unavailable', status: 503, error })
        return unavailable()
      }
    },
    notFound(request) {
      emitOf(undefined)({ type: 'tenant.not_found', at: clock.now(), tenant: locate(request) })
      return notFound()
    },
    refuse(tenant, request) {
      report(tenant.id, request, { reason: 'suspended', status: 403 })
      return suspended()
    },
  }
}
