const OAUTH_METADATA = '/.well-known/oauth-authorization-server'
const OPENID_METADATA = '/.well-known/openid-configuration'

/** What a path of the relay is. */
export type Endpoint =
  | 'authorization'
  | 'callback'
  | 'consent'
  | 'metadata'
  | 'registration'
  | 'revocation'
  | 'token'

const PATHS: ReadonlyMap<string, Endpoint> = new Map([
  [OAUTH_METADATA, 'metadata'],
  [OPENID_METADATA, 'metadata'],
  ['/authorize', 'authorization'],
  ['/authorize/consent', 'consent'],
  ['/register', 'registration'],
  ['/revoke', 'revocation'],
  ['/token', 'token'],
])

/** The method of each endpoint; where it is GET, HEAD is too. */
export const METHODS: Readonly<Record<Endpoint, string>> = {
  authorization: 'GET',
  callback: 'GET',
  consent: 'POST',
  metadata: 'GET',
  registration: 'POST',
  revocation: 'POST',
  token: 'POST',
}

/** What web pages of any origin may call: everything that is not a page. */
export const CORS_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'metadata',
  'registration',
  'revocation',
  'token',
])

/**
 * Which endpoint a path is, or `undefined` for one that is not of the relay. With a path in the issuer,
 * clients look for metadata before it (RFC 8414 §3.1) and after it (OpenID Connect Discovery §4).
 */
export function findEndpoint(
  pathname: string,
  mountPath: string,
  upstreamName: string,
): Endpoint | undefined {
  const isBefore = [OAUTH_METADATA, OPENID_METADATA].some(
    (name) => mountPath !== '' && pathname === `${name}${mountPath}`,
  )
  if (isBefore) return 'metadata'
  if (!pathname.startsWith(`${mountPath}/`)) return undefined
  const path = pathname.slice(mountPath.length)
  if (path === `/callback/${upstreamName}`) return 'callback'
  return mountPath !== '' && path === OAUTH_METADATA ? undefined : PATHS.get(path)
}
