import { currentPrincipal } from 'mcp-gatehouse/context'
import { type OpenAnswer, ourHeaders, type WireRequest } from '../wire.ts'
import {
  type App,
  type AppOptions,
  GUARDED_PATHS,
  NOT_FOUND,
  type Platform,
  PUBLIC_PATH,
} from './app.ts'
import { webAnswer } from './web-answer.ts'

type FetchHandler = (request: Request) => Promise<Response>

/** `protect` in front of a handler; the public path is the platform's own affair. */
export const protectPlatform: Platform = {
  name: 'fetch, protect',
  async start({ gatehouse, handler, mountPath }) {
    const guarded = gatehouse.protect(async (request, { authInfo, principal, parsedBody }) => {
      if (!isGuarded(request, mountPath)) return notFound()
      const { method } = request
      const body = parsedBody ?? (await readBody(request))
      const seen = { method, authInfo, principal, current: currentPrincipal(), body }
      return webAnswer(method, handler(seen))
    })
    return createApp(async (request) =>
      new URL(request.url).pathname === PUBLIC_PATH ? new Response('ok') : guarded(request),
    )
  },
}

/** `protectFetch` in front of a whole application. */
export const protectFetchPlatform: Platform = {
  name: 'fetch, protectFetch',
  async start({ gatehouse, handler, mountPath }) {
    const app = async (request: Request): Promise<Response> => {
      if (new URL(request.url).pathname === PUBLIC_PATH) return new Response('ok')
      if (!isGuarded(request, mountPath)) return notFound()
      const { method } = request
      const body = await readBody(request)
      const principal = currentPrincipal()
      const seen = { method, authInfo: undefined, principal, current: principal, body }
      return webAnswer(method, handler(seen))
    }
    return createApp(gatehouse.protectFetch(app, { publicPaths: [PUBLIC_PATH] }))
  },
}

function isGuarded(request: Request, mountPath: AppOptions['mountPath'] = ''): boolean {
  const { pathname } = new URL(request.url)
  return GUARDED_PATHS.some((path) => pathname === mountPath + path)
}

function readBody(request: Request): Promise<unknown> {
  return request.json().catch(() => undefined)
}

function notFound(): Response {
  return new Response(NOT_FOUND, {
    status: 404,
    headers: { 'Content-Type': 'application/json' },
  })
}

function createApp(handle: FetchHandler): App {
  const open = async (request: WireRequest): Promise<OpenAnswer> => {
    const { status, headers, body } = await handle(toRequest(request))
    return { status, headers: ourHeaders(headers), body: body ?? toStream() }
  }
  return {
    port: undefined,
    routes: undefined,
    open,
    async send(request) {
      const { status, headers, body } = await handle(toRequest(request)).then(async (answer) => ({
        status: answer.status,
        headers: ourHeaders(answer.headers),
        body: await answer.text(),
      }))
      // What a server does with it: HEAD has no body.
      return { status, headers, body: request.method === 'HEAD' ? '' : body }
    },
    close: async () => undefined,
  }
}

async function* toStream(): AsyncIterable<Uint8Array> {
  // An answer without a body.
}

/** Builds the request that a runtime would: repeated lines joined, the host in the URL. */
function toRequest({
  method = 'GET',
  target = '/mcp',
  headers = [],
  body,
  host,
}: WireRequest): Request {
  const fields = headers.map(([name, value]): [string, string] => [name, value])
  if (typeof host === 'string') fields.unshift(['Host', host])
  return new Request(new URL(`http://127.0.0.1${target}`), {
    method,
    headers: fields,
    // Bytes, because a string would bring a content type of its own.
    ...(body !== undefined && { body: new TextEncoder().encode(body) }),
  })
}
