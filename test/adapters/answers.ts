import type { WireAnswer } from './wire.ts'
import { METADATA_URL, SCOPE } from './world.ts'

/**
 * The refusals of DESIGN.md §6 as they stand on the wire, for the resource server of
 * {@link openWorld}. Everything is a literal: the point is to notice a change.
 *
 * @module
 */

const HINTS = `resource_metadata="${METADATA_URL}", scope="${SCOPE}"`

export const NO_CREDENTIALS: WireAnswer = refusal(
  401,
  `{"message":"This MCP server needs an access token. An MCP client finds out at resource_metadata how to get one.","resource_metadata":"${METADATA_URL}"}`,
  { 'www-authenticate': `Bearer ${HINTS}` },
)

export const MALFORMED: WireAnswer = refusal(
  400,
  '{"error":"invalid_request","error_description":"Send one Authorization header field with one bearer token, and the token nowhere else."}',
  {
    'www-authenticate': `Bearer error="invalid_request", error_description="Send one Authorization header field with one bearer token, and the token nowhere else.", ${HINTS}`,
  },
)

export const INVALID_TOKEN: WireAnswer = refusal(
  401,
  '{"error":"invalid_token","error_description":"The access token is invalid."}',
  {
    'www-authenticate': `Bearer error="invalid_token", error_description="The access token is invalid.", ${HINTS}`,
  },
)

export const EXPIRED_TOKEN: WireAnswer = refusal(
  401,
  '{"error":"invalid_token","error_description":"The access token has expired."}',
  {
    'www-authenticate': `Bearer error="invalid_token", error_description="The access token has expired.", ${HINTS}`,
  },
)

const INSUFFICIENT_SCOPE_JSON = `{"error":"insufficient_scope","error_description":"The access token lacks a scope that this request needs.","scope":"${SCOPE}"}`

export const INSUFFICIENT_SCOPE: WireAnswer = refusal(403, INSUFFICIENT_SCOPE_JSON, {
  'www-authenticate': `Bearer error="insufficient_scope", error_description="The access token lacks a scope that this request needs.", ${HINTS}`,
})

/** The same as the answer to a JSON-RPC request; `id` as it is written in JSON. */
export function insufficientScopeFor(id: string): WireAnswer {
  return {
    ...INSUFFICIENT_SCOPE,
    body: `{"jsonrpc":"2.0","id":${id},"error":{"code":-32003,"message":"The access token lacks a scope that this request needs.","data":${INSUFFICIENT_SCOPE_JSON}}}`,
  }
}

export const UNAVAILABLE: WireAnswer = refusal(
  503,
  '{"error":"temporarily_unavailable","error_description":"The access token cannot be checked right now. Keep it and try again."}',
  { 'retry-after': '5' },
)

export const WRONG_HOST: WireAnswer = refusal(
  400,
  '{"error":"invalid_request","error_description":"The Host header field names no host that this server answers to."}',
)

export const WRONG_ORIGIN: WireAnswer = refusal(
  403,
  '{"error":"invalid_request","error_description":"Web pages of this origin may not call this server."}',
)

export const WRONG_CONTENT_TYPE: WireAnswer = refusal(
  415,
  '{"error":"invalid_request","error_description":"A POST needs the content type application/json."}',
)

/** The fields that every answer to the page of an allowed origin has. */
export function corsFields(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers':
      'WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version',
    vary: 'Origin',
  }
}

/** An answer with further fields. */
export function withFields(
  answer: WireAnswer,
  fields: Readonly<Record<string, string>>,
): WireAnswer {
  return { ...answer, headers: { ...answer.headers, ...fields } }
}

/** An answer to HEAD. */
export function withoutBody(answer: WireAnswer): WireAnswer {
  return { ...answer, body: '' }
}

function refusal(
  status: number,
  body: string,
  fields: Readonly<Record<string, string>> = {},
): WireAnswer {
  return {
    status,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json', ...fields },
    body,
  }
}
