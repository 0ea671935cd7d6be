import { runWithRequest } from '../context/index.ts'
import {
  applyPlan,
  type BodySource,
  fromRequest,
  keepingBody,
  takingBody,
  withHeaders,
} from '../http/index.ts'
import { requireKnownOptions } from '../options/index.ts'
import { parsePublicPaths } from './options/index.ts'
import type { Admission, ResourceServer } from './resource-server.ts'

/** Creates the parts of a resource server that take web requests and give web answers. */
export function createWebGate<Claims>(
  inspect: ResourceServer<Claims>['inspect'],
): Pick<ResourceServer<Claims>, 'authenticate' | 'protect' | 'protectFetch'> {
  async function admit(
    request: Request,
    body: BodySource,
    isHandled = true,
  ): Promise<Admission<Claims> | Response> {
    const passage = await inspect(fromRequest(request), body)
    if (passage instanceof Response) return passage
    const { authInfo, principal, parsedBody, headers, current, plan, release } = passage
    // Nobody says when the answer of `authenticate` is over.
    if (!isHandled) release?.()
    return {
      authInfo,
      principal,
      parsedBody,
      async handle(handler) {
        try {
          const answer = await runWithRequest(current, handler)
          return withHeaders(applyPlan(answer, plan), headers)
        } catch (error) {
          release?.()
          throw error
        }
      },
    }
  }

  return {
    authenticate: (request, { parsedBody } = {}) =>
      admit(request, keepingBody(request, parsedBody), false),
    protect: (handler) => async (request) => {
      const admission = await admit(request, takingBody(request))
      if (admission instanceof Response) return admission
      const { authInfo, principal, parsedBody } = admission
      return admission.handle(() => handler(request, { authInfo, principal, parsedBody }))
    },
    protectFetch(fetch, options = {}) {
      requireKnownOptions(options, ['publicPaths'], 'protectFetch')
      const open = parsePublicPaths(options.publicPaths ?? [])
      return async (request, ...platform) => {
        if (open.has(fromRequest(request).path)) return fetch(request, ...platform)
        const admission = await admit(request, keepingBody(request))
        if (admission instanceof Response) return admission
        return admission.handle(() => fetch(request, ...platform))
      }
    },
  }
}
