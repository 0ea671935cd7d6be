import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { type AuthenticatedEnv, requireBearer, serveMetadata } from 'mcp-gatehouse/hono'
import { type AppOptions, GUARDED_PATHS, NOT_FOUND, type Platform, PUBLIC_PATH } from './app.ts'
import { serve } from './serve.ts'
import { webAnswer } from './web-answer.ts'

/** Hono on `@hono/node-server`. */
export const honoPlatform: Platform = {
  name: 'Hono',
  start(options) {
    const app = new Hono()
    app.get(PUBLIC_PATH, (c) => c.text('ok'))
    app.use(serveMetadata(options.gatehouse))
    app.route(options.mountPath ?? '/', createRoutes(options))
    app.notFound((c) => c.body(NOT_FOUND, 404, { 'Content-Type': 'application/json' }))
    const routes = app.routes.map(({ method, path }) => `${method} ${path}`)
    const listener = getRequestListener(app.fetch)
    return serve((request, response) => void listener(request, response), [...new Set(routes)])
  },
}

function createRoutes({ gatehouse, handler, parser }: AppOptions): Hono<AuthenticatedEnv> {
  const routes = new Hono<AuthenticatedEnv>()
  for (const path of GUARDED_PATHS) {
    if (parser === 'before') {
      routes.use(path, async (c, next) => {
        await readBody(c)
        await next()
      })
    }
    routes.all(path, requireBearer<unknown>(gatehouse), async (c) => {
      const body = await readBody(c)
      const { auth: authInfo, principal } = c.var
      const { method } = c.req
      return webAnswer(
        method,
        handler({ method, authInfo, principal, current: currentPrincipal(), body }),
      )
    })
  }
  return routes
}

function readBody(c: Context): Promise<unknown> {
  return c.req.json().catch(() => undefined)
}
