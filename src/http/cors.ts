import { isLoopbackHostname } from '../oauth/index.ts'
import type { InboundRequest } from './inbound-request.ts'

/** Which web pages may call this server. */
export interface CorsPolicy {
  /** Origins by name; `'*'` is every one, `'loopback'` every page that this machine serves. */
  readonly origins: ReadonlySet<string> | '*' | 'loopback'
  readonly credentials: boolean
}

const EXPOSED_HEADERS =
  'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version'
const ALLOWED_HEADERS =
  'Authorization, Content-Type, Accept, Last-Event-ID, DPoP, Mcp-Session-Id, MCP-Protocol-Version, Mcp-Method, Mcp-Name'
const ALLOWED_METHODS = 'GET, POST, DELETE, OPTIONS'
const PREFLIGHT_MAX_AGE_SECONDS = 600

/** Where a request comes from, in the eyes of a browser. */
export type OriginVerdict =
  /** No `Origin`: not a cross-origin request of a web page. */
  | { readonly kind: 'none' }
  | { readonly kind: 'allowed'; readonly origin: string }
  | { readonly kind: 'refused' }

/** Checks `Origin` (MCP transports, "Security Warning"; Fetch §3.2). Names are compared exactly. */
export function checkOrigin(request: InboundRequest, policy: CorsPolicy): OriginVerdict {
  const [origin, second] = request.header('origin')
  if (origin === undefined) return { kind: 'none' }
  if (second !== undefined) return { kind: 'refused' }
  return isAllowed(origin, policy.origins) ? { kind: 'allowed', origin } : { kind: 'refused' }
}

function isAllowed(origin: string, allowed: CorsPolicy['origins']): boolean {
  if (allowed === '*') return true
  if (allowed !== 'loopback') return allowed.has(origin)
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return url?.origin === origin && isLoopbackHostname(url.hostname)
}

/** A CORS preflight has both fields (Fetch §3.2.2); any other OPTIONS is an ordinary request. */
export function isPreflight(request: InboundRequest): boolean {
  return (
    request.method === 'OPTIONS' &&
    request.header('origin').length > 0 &&
    request.header('access-control-request-method').length > 0
  )
}

/** The fields that let the page of an allowed origin read an answer, a refusal included. */
export function corsHeaders(origin: string, policy: CorsPolicy): Readonly<Record<string, string>> {
  if (policy.origins === '*') {
    return { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': EXPOSED_HEADERS }
  }
  return {
    'Access-Control-Allow-Origin': origin,
    ...(policy.credentials && { 'Access-Control-Allow-Credentials': 'true' }),
    'Access-Control-Expose-Headers': EXPOSED_HEADERS,
    Vary: 'Origin',
  }
}

/** The answer to a preflight from an allowed origin. */
export function preflightAnswer(
  request: InboundRequest,
  origin: string,
  policy: CorsPolicy,
): Response {
  const headers = new Headers({
    ...corsHeaders(origin, policy),
    'Access-Control-Allow-Methods': ALLOWED_METHODS,
    'Access-Control-Allow-Headers': [ALLOWED_HEADERS, ...mirroredParameters(request)].join(', '),
    'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE_SECONDS),
  })
  headers.append('Vary', 'Access-Control-Request-Headers')
  return new Response(null, { status: 204, headers })
}

/** Tool arguments that a tool mirrors into header fields have names that only the tool knows. */
function mirroredParameters(request: InboundRequest): string[] {
  return request
    .header('access-control-request-headers')
    .join(',')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^mcp-param-[a-z0-9-]{1,64}$/i.test(name))
}
