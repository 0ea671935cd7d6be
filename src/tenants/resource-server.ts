import { fromRequest, type InboundRequest } from '../http/index.ts'
import { createWebGate, isProbedPath, type ResourceServer } from '../resource-server/index.ts'
import type { Router } from './router.ts'
import type { Tenant, TenantsResourceServer } from './tenants.ts'

/** The resource servers of all tenants in one. */
export function createTenantsResourceServer(router: Router): TenantsResourceServer {
  const inspect: ResourceServer['inspect'] = async (request, body) => {
    const tenant = await router.find(request)
    if (tenant instanceof Response) return tenant
    // Before all else: a token that was good, and is remembered, must not be asked about.
    if (tenant?.isSuspended && !isProbedPath(request.path)) return router.refuse(tenant, request)
    const resourceServer = tenant && resourceServerAt(tenant, request)
    return resourceServer === undefined
      ? router.notFound(request)
      : resourceServer.inspect(request, body)
  }
  async function inspectMetadata(request: InboundRequest): Promise<Response | undefined> {
    // What is none of a tenant's documents need not be looked up.
    if (!request.path.startsWith('/.well-known/')) return undefined
    const tenant = await router.find(request)
    if (tenant === undefined || tenant instanceof Response) return tenant
    for (const resourceServer of Object.values(tenant.resourceServers)) {
      const answer = await resourceServer.inspectMetadata(request)
      if (answer !== undefined) return answer
    }
    return undefined
  }
  return {
    checksMessages: true,
    inspect,
    inspectMetadata,
    metadata: (request) => inspectMetadata(fromRequest(request)),
    ...createWebGate(inspect),
  }
}

/** That of the longest path that the request's begins with. */
function resourceServerAt(
  { resourceServers }: Tenant,
  { path }: InboundRequest,
): ResourceServer | undefined {
  const below = path.replace(/^\/\.well-known\/oauth-protected-resource/, '')
  return Object.values(resourceServers)
    .map((server) => ({ server, path: new URL(server.resource).pathname.replace(/\/$/, '') }))
    .filter((one) => below === one.path || below.startsWith(`${one.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)
    .at(0)?.server
}
