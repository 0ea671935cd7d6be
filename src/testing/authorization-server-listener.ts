import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { default as Provider } from 'oidc-provider'
import { parseHost } from '../http/index.ts'
import { isLoopbackHostname } from '../oauth/index.ts'
import { handleInteraction } from './interactions.ts'
import { ROUTES } from './provider-configuration.ts'
import type { ServerSettings } from './server-settings.ts'

const OAUTH_METADATA = '/.well-known/oauth-authorization-server'
const OPENID_METADATA = '/.well-known/openid-configuration'

/** What web pages of any origin may call: everything that is not a page of this server. */
const CORS_PATHS: ReadonlySet<string> = new Set([
  OAUTH_METADATA,
  OPENID_METADATA,
  ROUTES.jwks,
  ROUTES.registration,
  ROUTES.revocation,
  ROUTES.token,
])

/** Puts the pages, the well-known paths and CORS around `oidc-provider`. */
export function createListener(provider: Provider, settings: ServerSettings): RequestListener {
  const handleProtocol = provider.callback()

  return (req, res) => {
    const host = parseHost(req.headers.host ?? '')
    // A name of somebody else that resolves to this machine is DNS rebinding.
    if (host === undefined || !isLoopbackHostname(host.hostname)) {
      res.writeHead(403).end()
      return
    }
    const path = routePath(new URL(req.url ?? '/', settings.issuer), settings.issuerPath)
    if (path === undefined) {
      res.writeHead(404).end()
      return
    }
    // The endpoints of the metadata are derived from these.
    req.headers.host = settings.issuer.host
    mount(req, path, settings.issuerPath)

    if (path.startsWith('/interaction/')) {
      handleInteraction(provider, settings, req, res).catch((error: unknown) => {
        settings.onError(error)
        if (!res.headersSent) res.writeHead(500)
        res.end()
      })
    } else if (!CORS_PATHS.has(path) || !answerPreflight(req, res)) {
      void handleProtocol(req, res)
    }
  }
}

/**
 * The path below the issuer. With an issuer path, RFC 8414 §3.1 has the well-known name before it,
 * OpenID Connect Discovery §4 after it; MCP clients look for OpenID's document at both places.
 */
function routePath({ pathname }: URL, issuerPath: string): string | undefined {
  if (issuerPath === '') return pathname
  for (const name of [OAUTH_METADATA, OPENID_METADATA]) {
    if (pathname === `${name}${issuerPath}`) return name
  }
  if (!pathname.startsWith(`${issuerPath}/`)) return undefined
  const path = pathname.slice(issuerPath.length)
  return path === OAUTH_METADATA ? undefined : path
}

function mount(req: IncomingMessage, path: string, issuerPath: string): void {
  const query = req.url?.includes('?') ? req.url.slice(req.url.indexOf('?')) : ''
  req.url = path + query
  // Where `oidc-provider` finds the path that it is mounted at.
  Object.assign(req, { originalUrl: issuerPath + path + query })
}

/** Lets every web page read the answer. Whether this was a preflight, which is now answered. */
function answerPreflight(req: IncomingMessage, res: ServerResponse): boolean {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Expose-Headers', 'WWW-Authenticate')
  if (req.method !== 'OPTIONS' || req.headers['access-control-request-method'] === undefined) {
    return false
  }
  res.writeHead(204, {
    'Access-Control-Allow-Methods': 'GET, POST',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, MCP-Protocol-Version',
    'Access-Control-Max-Age': '600',
  })
  res.end()
  return true
}
