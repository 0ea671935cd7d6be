import type { IncomingMessage } from 'node:http'
import type { Settings } from '../options/index.ts'

/**
 * Makes a request say of itself what the issuer says. `oidc-provider` derives endpoints, the
 * audiences of client assertions and `Secure` cookies from it; `Host` and forwarded fields come
 * from outside.
 */
export function setPublicAddress(
  req: IncomingMessage,
  { issuerUrl, mountPath }: Settings,
  target: { readonly path: string; readonly query: string },
): void {
  for (const name of Object.keys(req.headers)) {
    if (name === 'forwarded' || name.startsWith('x-forwarded-') || name === 'x-real-ip') {
      delete req.headers[name]
    }
  }
  req.headers.host = issuerUrl.host
  if (req.httpVersionMajor >= 2) req.headers[':authority'] = issuerUrl.host
  req.headers['x-forwarded-proto'] = issuerUrl.protocol.slice(0, -1)
  req.url = target.path + target.query
  // Where `oidc-provider` finds the path that it is mounted at.
  Object.assign(req, { originalUrl: mountPath + target.path + target.query })
}
