import { json } from 'node:stream/consumers'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { protect } from 'mcp-gatehouse/node'
import { GUARDED_PATHS, type Platform, PUBLIC_PATH } from './app.ts'
import { writeAnswer, writeNotFound } from './node-answer.ts'
import { serve } from './serve.ts'

/** `node:http`: the gate stands in front of every path but the public one. */
export const nodePlatform: Platform = {
  name: 'node:http',
  start({ gatehouse, handler, mountPath = '' }) {
    const guarded = protect(gatehouse, async (request, response, parsedBody) => {
      const path = new URL(request.url, 'http://localhost').pathname
      if (!GUARDED_PATHS.some((guardedPath) => path === mountPath + guardedPath)) {
        writeNotFound(response)
        return
      }
      const body = parsedBody ?? (await json(request).catch(() => undefined))
      const { method, auth: authInfo, principal } = request
      const seen = { method, authInfo, principal, current: currentPrincipal(), body }
      await writeAnswer(response, handler(seen))
    })
    return serve((request, response) => {
      if (request.url === PUBLIC_PATH) response.end('ok')
      else guarded(request, response)
    })
  },
}
