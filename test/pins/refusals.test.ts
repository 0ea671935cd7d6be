import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TokenFailureReason } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { type Refusal, refusalAnswer, refusalReason } from '../../src/resource-server/refusal.ts'
import { DPOP, SETTINGS } from './answer-settings.ts'
import { ASKED, JSON_FIELDS, POLICY_PINS, type RefusalPin, UNNAMED } from './policy-refusals.ts'
import { RATE_PINS } from './rate-refusals.ts'
import { SRC } from './source-exports.ts'

const { principal } = ASKED

/** What goes over the wire for a refusal. */
async function wire(refusal: Refusal): Promise<readonly unknown[]> {
  const settings = refusal.kind === 'proof' ? DPOP : SETTINGS
  const answer = refusalAnswer(refusal, settings)
  return [answer.status, Object.fromEntries(answer.headers), await answer.text()]
}

const PINS: readonly RefusalPin[] = [
  [
    'host',
    { kind: 'host' },
    'host',
    [
      400,
      JSON_FIELDS,
      '{"error":"invalid_request","error_description":"The Host header field names no host that this server answers to."}',
    ],
  ],
  [
    'origin',
    { kind: 'origin' },
    'origin',
    [
      403,
      JSON_FIELDS,
      '{"error":"invalid_request","error_description":"Web pages of this origin may not call this server."}',
    ],
  ],
  [
    'content type',
    { kind: 'content_type' },
    'content_type',
    [
      415,
      JSON_FIELDS,
      '{"error":"invalid_request","error_description":"A POST needs the content type application/json."}',
    ],
  ],
  [
    'not found',
    { kind: 'not_found' },
    'not_found',
    [
      404,
      JSON_FIELDS,
      '{"error":"invalid_request","error_description":"There is no metadata at this path."}',
    ],
  ],
  [
    'no credentials',
    { kind: 'no_credentials' },
    'no_credentials',
    [
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c"',
      },
      '{"message":"This MCP server needs an access token. An MCP client finds out at resource_metadata how to get one.","resource_metadata":"https://h.example/.well-known/oauth-protected-resource/mcp"}',
    ],
  ],
  [
    'malformed credentials',
    { kind: 'malformed_credentials' },
    'malformed_credentials',
    [
      400,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="invalid_request", error_description="Send one Authorization header field with one bearer token, and the token nowhere else.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c"',
      },
      '{"error":"invalid_request","error_description":"Send one Authorization header field with one bearer token, and the token nowhere else."}',
    ],
  ],
  [
    'a missing scope, JSON-RPC',
    { kind: 'scope', scopes: ['a', 'b'], digest: 'd', ...ASKED },
    'scope',
    [
      403,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="insufficient_scope", error_description="The access token lacks a scope that this request needs.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b"',
      },
      '{"jsonrpc":"2.0","id":1,"error":{"code":-32003,"message":"The access token lacks a scope that this request needs.","data":{"error":"insufficient_scope","error_description":"The access token lacks a scope that this request needs.","scope":"a b"}}}',
    ],
  ],
  [
    'a missing scope, OAuth JSON',
    { kind: 'scope', scopes: ['a', 'b'], digest: 'd', ...UNNAMED },
    'scope',
    [
      403,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="insufficient_scope", error_description="The access token lacks a scope that this request needs.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b"',
      },
      '{"error":"insufficient_scope","error_description":"The access token lacks a scope that this request needs.","scope":"a b"}',
    ],
  ],
  [
    'required claims that are missing',
    { kind: 'claims', claims: ['email', 'name'], asScopes: false, principal: ASKED.principal },
    'claims',
    [
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'Bearer realm="notes", error="invalid_token", error_description="The access token is invalid.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c"',
      },
      '{"error":"invalid_token","error_description":"The access token is invalid."}',
    ],
  ],
  [
    'required claims that are missing, as scopes',
    { kind: 'claims', claims: ['email', 'name'], asScopes: true, principal: ASKED.principal },
    'claims',
    [403, JSON_FIELDS, '{"error":"missing_scopes","missing":[{"scope":"email"},{"scope":"name"}]}'],
  ],
  [
    'a proof of possession that is wrong',
    { kind: 'proof', reason: 'htu', principal },
    'dpop htu',
    [
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate':
          'DPoP realm="notes", error="invalid_dpop_proof", error_description="The proof of possession is invalid.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c", algs="ES256 EdDSA"',
      },
      '{"error":"invalid_dpop_proof","error_description":"The proof of possession is invalid."}',
    ],
  ],
  [
    'a proof of possession without a nonce',
    { kind: 'proof', reason: 'nonce', nonce: 'n-1', principal },
    'dpop nonce',
    [
      401,
      {
        ...JSON_FIELDS,
        'dpop-nonce': 'n-1',
        'www-authenticate':
          'DPoP realm="notes", error="use_dpop_nonce", error_description="The proof of possession needs the nonce of this answer.", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c", algs="ES256 EdDSA"',
      },
      '{"error":"use_dpop_nonce","error_description":"The proof of possession needs the nonce of this answer."}',
    ],
  ],
  [
    'a dependency that is down',
    { kind: 'unavailable', error: new Error('secret detail') },
    'unavailable',
    [
      503,
      { ...JSON_FIELDS, 'retry-after': '5' },
      '{"error":"temporarily_unavailable","error_description":"The access token cannot be checked right now. Keep it and try again."}',
    ],
  ],
  ...POLICY_PINS,
  ...RATE_PINS,
]

test.each(PINS)('%s', async (_what, refusal, reason, expected) => {
  expect(await wire(refusal)).toEqual(expected)
  expect(refusalReason(refusal)).toBe(reason)
})

test('the kinds of refusals are these', () => {
  const files = ['refusal.ts', 'operation-check.ts', 'rate-answer.ts'].map(
    (file) => `resource-server/${file}`,
  )
  const declared = files.flatMap((file) =>
    [
      ...readFileSync(join(SRC, file), 'utf8').matchAll(/readonly kind: ('\w+'(?: \| '\w+')*)/g),
    ].flatMap(([, kinds = '']) => kinds.replaceAll("'", '').split(' | ')),
  )
  const pinned = PINS.map(([, { kind }]) => kind)
  expect(new Set(declared)).toEqual(new Set([...pinned, 'token']))
})

test('codes of ours that MCP 2026-07-28 reserves are those that it defines', () => {
  const codes = PINS.flatMap(([, , , [, , body]]) =>
    [...body.matchAll(/"code":(-?\d+)/g)].map(([, code]) => Number(code)),
  )
  expect(codes.length).toBeGreaterThan(10)
  const reserved = codes.filter((code) => code <= -32_020 && code >= -32_099)
  expect(new Set(reserved)).toEqual(new Set([-32_020]))
  expect(codes).not.toContain(-32_002)
  expect(codes).not.toContain(-32_042)
})

describe('refused tokens', () => {
  const INVALID = 'The access token is invalid.'
  const TEXTS: Readonly<Record<TokenFailureReason, string>> = {
    alg: INVALID,
    aud: INVALID,
    binding: INVALID,
    claims: INVALID,
    crit: INVALID,
    decrypt: INVALID,
    enc: INVALID,
    epk: INVALID,
    exp: 'The access token has expired.',
    format: INVALID,
    iat: INVALID,
    inactive: INVALID,
    iss: INVALID,
    jti: INVALID,
    json: INVALID,
    key: INVALID,
    kid: INVALID,
    kid_ambiguous: INVALID,
    lifetime: INVALID,
    nbf: INVALID,
    nesting: INVALID,
    not_encrypted: INVALID,
    checksum: INVALID,
    api_key: INVALID,
    unrecognized: INVALID,
    replicated: INVALID,
    revoked: INVALID,
    sig: INVALID,
    size: INVALID,
    sub: INVALID,
    token_use: INVALID,
    typ: INVALID,
    unbound: INVALID,
    unsigned_jwe: INVALID,
    verifier: INVALID,
    zip: INVALID,
  }
  const reasons = Object.keys(TEXTS) as TokenFailureReason[]

  test('the reasons are these', () => {
    const source = readFileSync(join(SRC, 'verifiers/token-failure.ts'), 'utf8')
    const declared = [...source.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, reason]) => reason)
    expect(new Set(declared)).toEqual(new Set(reasons))
  })

  test.each(reasons)('%s', async (reason) => {
    const text = TEXTS[reason]
    expect(await wire({ kind: 'token', reason })).toEqual([
      401,
      {
        ...JSON_FIELDS,
        'www-authenticate': `Bearer realm="notes", error="invalid_token", error_description="${text}", resource_metadata="https://h.example/.well-known/oauth-protected-resource/mcp", scope="a b c"`,
      },
      `{"error":"invalid_token","error_description":"${text}"}`,
    ])
    expect(refusalReason({ kind: 'token', reason })).toBe(reason)
  })
})
