/** Paths below the issuer, those that MCP clients of 2025-03-26 expect at the origin. */
export const ROUTES = {
  authorization: '/authorize',
  introspection: '/introspect',
  jwks: '/jwks',
  registration: '/register',
  revocation: '/revoke',
  token: '/token',
} as const

const OAUTH_METADATA = '/.well-known/oauth-authorization-server'
const OPENID_METADATA = '/.well-known/openid-configuration'

/** What a path of this server is. */
export type Endpoint =
  | 'metadata'
  | 'authorization'
  | 'resume'
  | 'token'
  | 'registration'
  | 'revocation'
  | 'introspection'
  | 'jwks'
  | 'interaction'
  | 'callback'
  | 'backchannelLogout'

/** An endpoint, and the path below the issuer that it was asked for with. */
export interface Route {
  readonly endpoint: Endpoint
  readonly path: string
}

const EXACT: ReadonlyMap<string, Endpoint> = new Map([
  [OAUTH_METADATA, 'metadata'],
  [OPENID_METADATA, 'metadata'],
  ...Object.entries(ROUTES).map(([name, path]) => [path, name as keyof typeof ROUTES] as const),
])

const BELOW: readonly (readonly [prefix: string, endpoint: Endpoint])[] = [
  [`${ROUTES.authorization}/`, 'resume'],
  ['/interaction/', 'interaction'],
  ['/callback/', 'callback'],
  ['/backchannel-logout/', 'backchannelLogout'],
]

/**
 * Which endpoint a path is, or `undefined` for one that is not of this server.
 *
 * With a path in the issuer, RFC 8414 §3.1 has the well-known name before it, OpenID Connect
 * Discovery §4 after it; MCP clients look for OpenID's document at both places.
 */
export function findRoute(pathname: string, mountPath: string): Route | undefined {
  if (mountPath === '') return routeOf(pathname)
  for (const name of [OAUTH_METADATA, OPENID_METADATA]) {
    if (pathname === `${name}${mountPath}`) return { endpoint: 'metadata', path: name }
  }
  if (!pathname.startsWith(`${mountPath}/`)) return undefined
  const path = pathname.slice(mountPath.length)
  return path === OAUTH_METADATA ? undefined : routeOf(path)
}

function routeOf(path: string): Route | undefined {
  const exact = EXACT.get(path)
  if (exact !== undefined) return { endpoint: exact, path }
  const below = BELOW.find(([prefix]) => path.startsWith(prefix) && path.length > prefix.length)
  return below && { endpoint: below[1], path }
}

/** Methods by endpoint; the interaction decides by itself. HEAD goes where GET does. */
export const METHODS: Readonly<Record<Endpoint, readonly string[]>> = {
  metadata: ['GET', 'HEAD'],
  jwks: ['GET', 'HEAD'],
  authorization: ['GET'],
  resume: ['GET'],
  callback: ['GET'],
  interaction: ['GET', 'POST'],
  backchannelLogout: ['POST'],
  token: ['POST'],
  registration: ['POST'],
  revocation: ['POST'],
  introspection: ['POST'],
}

/** What web pages of any origin may call: everything that is not a page of this server. */
export const CORS_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'metadata',
  'jwks',
  'token',
  'registration',
  'revocation',
  'introspection',
])

/** Documents that say who this server is; tokens that are verified elsewhere need them. */
export const PUBLISHED_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>(['metadata', 'jwks'])

/** Routes of `oidc-provider` that people see. What fails elsewhere is told to a program, as JSON. */
export const PAGE_ROUTES: ReadonlySet<string> = new Set(['authorization', 'resume'])

/** Endpoints whose answers hold tokens and secrets (RFC 6749 §5.1, RFC 7591 §3.2.1). */
export const CREDENTIAL_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'token',
  'registration',
])
