import type { IncomingMessage, ServerResponse } from 'node:http'

const MAX_AGE_SECONDS = 600
const EXPOSED_HEADERS = 'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce'

/**
 * Lets web pages of every origin read the answer: clients run in browsers too, and no cookie is
 * looked at here.
 *
 * @returns Whether this was a preflight, which is answered now.
 */
export function allowEveryOrigin(
  req: IncomingMessage,
  res: ServerResponse,
  methods: readonly string[],
): boolean {
  res.setHeader('Access-Control-Allow-Origin', '*')
  res.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS)
  if (req.method !== 'OPTIONS') return false
  res.writeHead(204, {
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': 'Authorization, Content-Type, DPoP, MCP-Protocol-Version',
    'Access-Control-Max-Age': String(MAX_AGE_SECONDS),
  })
  res.end()
  return true
}
