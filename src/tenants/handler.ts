import type { AuthorizationServerHandler } from '../authorization-server/index.ts'
import { arrivedTarget, fromIncomingMessage, sendResponse } from '../http/index.ts'
import type { Router } from './router.ts'

/** The authorization servers of all tenants in one. */
export function createHandler(router: Router): AuthorizationServerHandler {
  return async (req, res, next) => {
    const request = fromIncomingMessage(req, arrivedTarget(req))
    const tenant = await router.find(request)
    if (tenant instanceof Response) await sendResponse(tenant, res)
    else if (tenant !== undefined) await tenant.authorizationServer.handler(req, res, next)
    else if (next === undefined) await sendResponse(router.notFound(request), res)
    else next()
  }
}
