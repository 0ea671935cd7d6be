import type { OperationKind } from 'mcp-gatehouse'
import type { Refusal } from '../../src/resource-server/refusal.ts'

/** What a refusal is on the wire and in the audit log; all literals. */
export type RefusalPin = readonly [
  what: string,
  refusal: Refusal,
  reason: string,
  wire: readonly [status: number, headers: Readonly<Record<string, string>>, body: string],
]

type Asked = Extract<Refusal, { kind: 'scope' | 'scope_loop' }>
export const PRINCIPAL = {} as Asked['principal']
const operation = (requestId: number | undefined, kind: OperationKind, name: string) =>
  ({ kind, method: kind === 'method' ? name : `${kind}s/call`, name, args: {}, requestId }) as const
const TOOL = operation(1, 'tool', 'x')
const ONE: Asked['messages'] = { revision: undefined, isBatch: false, operations: [TOOL] }
const MODERN: Asked['messages'] = { ...ONE, revision: '2026-07-28' }
const BATCH: Asked['messages'] = {
  revision: undefined,
  isBatch: true,
  operations: [TOOL, operation(2, 'tool', 'y'), operation(undefined, 'tool', 'z')],
}
/** Who asked for one thing, and who for nothing that has an id. */
export const ASKED = { principal: PRINCIPAL, messages: ONE }
export const UNNAMED = { principal: PRINCIPAL, messages: undefined }
export const JSON_FIELDS = { 'cache-control': 'no-store', 'content-type': 'application/json' }

/** Refusals of requests whose token is good. */
export const POLICY_PINS: readonly RefusalPin[] = [
  [
    'a loop of challenges, JSON-RPC',
    { kind: 'scope_loop', scopes: ['a', 'b'], digest: 'd', ...ASKED },
    'scope_loop',
    [
      403,
      { ...JSON_FIELDS, 'retry-after': '60' },
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"The access token still lacks a scope that this request needs, although it was asked for. Ask the user to sign in again and to allow it.","data":{"error":"insufficient_scope","error_description":"The access token still lacks a scope that this request needs, although it was asked for. Ask the user to sign in again and to allow it.","scope":"a b"}}}',
    ],
  ],
  [
    'a loop of challenges, OAuth JSON',
    { kind: 'scope_loop', scopes: ['a', 'b'], digest: 'd', ...UNNAMED },
    'scope_loop',
    [
      403,
      { ...JSON_FIELDS, 'retry-after': '60' },
      '{"error":"insufficient_scope","error_description":"The access token still lacks a scope that this request needs, although it was asked for. Ask the user to sign in again and to allow it.","scope":"a b"}',
    ],
  ],
  [
    'a sign-in that is too weak and too old',
    { kind: 'authentication', acrValues: ['silver', 'gold'], maxAgeSeconds: 300, ...ASKED },
    'authentication',
    [
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="insufficient_user_authentication", error_description="This operation needs a stronger or more recent sign-in.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c", acr_values="silver gold", max_age="300"',
      },
      '{"error":"insufficient_user_authentication","error_description":"This operation needs a stronger or more recent sign-in."}',
    ],
  ],
  [
    'a sign-in that is too weak',
    { kind: 'authentication', acrValues: ['gold'], maxAgeSeconds: undefined, ...UNNAMED },
    'authentication',
    [
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="insufficient_user_authentication", error_description="This operation needs a stronger or more recent sign-in.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c", acr_values="gold"',
      },
      '{"error":"insufficient_user_authentication","error_description":"This operation needs a stronger or more recent sign-in."}',
    ],
  ],
  [
    'a hidden tool',
    { kind: 'hidden', operations: [TOOL], ...ASKED },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Tool x not found"}}',
    ],
  ],
  [
    'a hidden prompt',
    { kind: 'hidden', operations: [operation(1, 'prompt', 'x')], ...ASKED },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Prompt x not found"}}',
    ],
  ],
  [
    'a hidden resource',
    { kind: 'hidden', operations: [operation(1, 'resource', 'n://x')], ...ASKED },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Resource not found: n://x","data":{"uri":"n://x"}}}',
    ],
  ],
  [
    'a hidden method of an older revision',
    { kind: 'hidden', operations: [operation(1, 'method', 'x')], ...ASKED },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}',
    ],
  ],
  [
    'a hidden method of 2026-07-28',
    { kind: 'hidden', operations: [operation(1, 'method', 'x')], ...ASKED, messages: MODERN },
    'hidden',
    [
      404,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}',
    ],
  ],
  [
    'a hidden tool of 2026-07-28',
    { kind: 'hidden', operations: [TOOL], ...ASKED, messages: MODERN },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Tool x not found"}}',
    ],
  ],
  [
    'a hidden tool in a batch',
    { kind: 'hidden', operations: [TOOL], ...ASKED, messages: BATCH },
    'hidden',
    [
      200,
      JSON_FIELDS,
      '[{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Tool x not found"}},{"jsonrpc":"2.0","id":2,"error":{"code":-32600,"message":"Not run: the batch names something unknown."}}]',
    ],
  ],
  [
    'a hidden tool in a notification',
    { kind: 'hidden', operations: [operation(undefined, 'tool', 'x')], ...UNNAMED },
    'hidden',
    [202, {}, ''],
  ],
  [
    'what nobody may change, JSON-RPC',
    { kind: 'forbidden', ...ASKED },
    'forbidden',
    [
      403,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"This operation is not allowed for you.","data":{"error":"access_denied","error_description":"This operation is not allowed for you."}}}',
    ],
  ],
  [
    'what nobody may change, a batch',
    { kind: 'forbidden', ...ASKED, messages: BATCH },
    'forbidden',
    [
      403,
      JSON_FIELDS,
      '{"error":"access_denied","error_description":"This operation is not allowed for you."}',
    ],
  ],
  [
    'a policy that fails',
    { kind: 'policy_failed', error: new Error('secret detail'), ...ASKED },
    'policy_failed',
    [
      403,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"This operation is not allowed for you.","data":{"error":"access_denied","error_description":"This operation is not allowed for you."}}}',
    ],
  ],
  [
    'another tenant',
    { kind: 'tenant', principal: PRINCIPAL },
    'tenant',
    [
      403,
      JSON_FIELDS,
      '{"error":"access_denied","error_description":"The access token belongs to another tenant than the one that is addressed."}',
    ],
  ],
  [
    'no JSON',
    { kind: 'malformed', principal: PRINCIPAL },
    'malformed',
    [
      400,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error: the body is not JSON."}}',
    ],
  ],
  [
    'no JSON-RPC',
    {
      kind: 'message',
      fault: { status: 400, code: -32_600, message: 'Invalid Request: x.', requestId: undefined },
      principal: PRINCIPAL,
    },
    'message -32600',
    [
      400,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request: x."}}',
    ],
  ],
  [
    'header and body disagree',
    {
      kind: 'message',
      fault: { status: 400, code: -32_020, message: 'Header mismatch: x.', requestId: 7 },
      principal: PRINCIPAL,
    },
    'message -32020',
    [
      400,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":7,"error":{"code":-32020,"message":"Header mismatch: x."}}',
    ],
  ],
  [
    'a method that 2026-07-28 no longer has',
    {
      kind: 'message',
      fault: { status: 404, code: -32_601, message: 'Method not found', requestId: 7 },
      principal: PRINCIPAL,
    },
    'message -32601',
    [
      404,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}',
    ],
  ],
  [
    'a body that is too large',
    { kind: 'too_large', principal: PRINCIPAL },
    'too_large',
    [
      413,
      { ...JSON_FIELDS, connection: 'close' },
      '{"error":"invalid_request","error_description":"The body is larger than 4 MiB."}',
    ],
  ],
  [
    'a session of somebody else',
    { kind: 'session', ...ASKED },
    'session',
    [
      404,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32001,"message":"Session not found"}}',
    ],
  ],
  [
    'a task of somebody else',
    { kind: 'task', ...ASKED },
    'task',
    [
      200,
      JSON_FIELDS,
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Task not found"}}',
    ],
  ],
  [
    'too many streams',
    { kind: 'streams', principal: PRINCIPAL },
    'streams',
    [
      429,
      { ...JSON_FIELDS, 'retry-after': '5' },
      '{"error":"invalid_request","error_description":"This caller has too many streams open. Close one and try again."}',
    ],
  ],
  [
    'an encoded answer',
    { kind: 'encoded_answer', principal: PRINCIPAL },
    'encoded_answer',
    [
      502,
      JSON_FIELDS,
      '{"error":"bad_gateway","error_description":"The MCP server compressed an answer that has to be filtered."}',
    ],
  ],
]
