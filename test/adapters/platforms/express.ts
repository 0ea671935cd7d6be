import express5 from 'express'
import express4 from 'express4'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { type AppOptions, GUARDED_PATHS, type Platform, PUBLIC_PATH } from './app.ts'
import { writeAnswer, writeNotFound } from './node-answer.ts'
import { serve } from './serve.ts'

export const express5Platform: Platform = createPlatform('Express 5', express5)
export const express4Platform: Platform = createPlatform('Express 4', express4)

function createPlatform(name: string, express: typeof express5): Platform {
  return {
    name,
    start(options) {
      const { gatehouse, mountPath = '' } = options
      const app = express()
      const router = createRouter(express, options)
      app.get(PUBLIC_PATH, (_req, res) => void res.end('ok'))
      app.use(serveMetadata(gatehouse))
      app.use(mountPath, router)
      app.use((_req, res) => writeNotFound(res))
      return serve(app, [`GET ${PUBLIC_PATH}`, ...routesOf(router, mountPath)])
    },
  }
}

function createRouter(
  express: typeof express5,
  { gatehouse, handler, parser }: AppOptions,
): express5.Router {
  const router = express.Router()
  const gate = requireBearer(gatehouse)
  const json = express.json()
  const stations = parser === 'before' ? [json, gate] : [gate, json]
  for (const path of GUARDED_PATHS) {
    router.all(path, stations, (async (req, res) => {
      const { method, body } = req
      const { auth: authInfo, principal } = req as { auth?: unknown; principal?: unknown }
      const seen = { method, authInfo, principal, current: currentPrincipal(), body }
      await writeAnswer(res, handler(seen))
    }) as express5.RequestHandler)
  }
  return router
}

function routesOf({ stack }: express5.Router, mountPath: string): string[] {
  return stack.flatMap(({ route }) =>
    route === undefined ? [] : [`ALL ${mountPath}${route.path}`],
  )
}
