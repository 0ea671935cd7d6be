import { fastify } from 'fastify'
import { currentPrincipal } from 'mcp-gatehouse/context'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/fastify'
import { GUARDED_PATHS, METHODS, type Platform, PUBLIC_PATH } from './app.ts'
import { writeAnswer, writeNotFound } from './node-answer.ts'
import { serve } from './serve.ts'

/** Fastify 5, where the body is parsed after `onRequest` and before `preHandler`. */
export const fastifyPlatform: Platform = {
  name: 'Fastify 5',
  async start({ gatehouse, handler, mountPath = '', parser }) {
    const app = fastify()
    const routes: string[] = []
    app.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push(`${one} ${url}`)
    })
    app.addHook('onRequest', serveMetadata(gatehouse))
    app.get(PUBLIC_PATH, () => 'ok')
    app.setNotFoundHandler((_request, reply) => {
      reply.hijack()
      writeNotFound(reply.raw)
    })
    const { onRequest, preParsing, preHandler } = requireBearer(gatehouse)
    const hooks =
      parser === 'before'
        ? { preHandler: [onRequest, preHandler] }
        : { onRequest, preParsing, preHandler }
    await app.register(
      (scope, _options, done) => {
        for (const url of GUARDED_PATHS) {
          scope.route({
            method: [...METHODS],
            url,
            ...hooks,
            async handler(request, reply) {
              const { method, body, auth: authInfo, principal } = request
              reply.hijack()
              const seen = { method, authInfo, principal, current: currentPrincipal(), body }
              await writeAnswer(reply.raw, handler(seen))
            },
          })
        }
        done()
      },
      { prefix: mountPath },
    )
    await app.ready()
    return serve((request, response) => app.routing(request, response), routes)
  },
}
