import { expect, test } from 'vitest'
import {
  inWordsOfIssuer,
  type Refusal,
  refusalAnswer,
  refusalReason,
} from '../../../src/resource-server/refusal.ts'
import { callerOf } from './callers.ts'

const principal = callerOf()
const METADATA = 'https://h/.well-known/oauth-protected-resource'
const SETTINGS = {
  metadataUrl: METADATA,
  realm: undefined,
  challengeScopes: ['notes:read'],
  maxBodyBytes: 2 * 1_048_576,
}

const MISSING = { kind: 'claims', claims: ['email', 'tenant'], asScopes: false, principal } as const

const CHALLENGE = `resource_metadata="${METADATA}", scope="notes:read"`

async function answerTo(refusal: Refusal, settings = SETTINGS) {
  const answer = refusalAnswer(refusal, settings)
  return {
    status: answer.status,
    challenge: answer.headers.get('www-authenticate'),
    body: await answer.json(),
  }
}

test('a token without a required claim is an invalid one, and the claim is not named', async () => {
  const description = 'The access token is invalid.'
  expect(await answerTo(MISSING)).toEqual({
    status: 401,
    challenge: `Bearer error="invalid_token", error_description="${description}", ${CHALLENGE}`,
    body: { error: 'invalid_token', error_description: description },
  })
})

test('claims that stand for scopes are named in the words of mcp-auth-middleware', async () => {
  expect(await answerTo({ ...MISSING, asScopes: true })).toEqual({
    status: 403,
    challenge: null,
    body: { error: 'missing_scopes', missing: [{ scope: 'email' }, { scope: 'tenant' }] },
  })
})

test('a stronger sign-in is asked for with what it has to be (RFC 9470 §3)', async () => {
  const refusal: Refusal = {
    kind: 'authentication',
    acrValues: ['urn:mfa', 'urn:key'],
    maxAgeSeconds: 0,
    principal,
    messages: undefined,
  }
  const error = 'insufficient_user_authentication'
  const description = 'This operation needs a stronger or more recent sign-in.'
  expect(await answerTo(refusal)).toEqual({
    status: 401,
    challenge: `Bearer error="${error}", error_description="${description}", ${CHALLENGE}, acr_values="urn:mfa urn:key", max_age="0"`,
    body: { error, error_description: description },
  })
})

test('a compressed answer that has to be filtered is the fault of the server behind', async () => {
  expect(await answerTo({ kind: 'encoded_answer', principal })).toEqual({
    status: 502,
    challenge: null,
    body: {
      error: 'bad_gateway',
      error_description: 'The MCP server compressed an answer that has to be filtered.',
    },
  })
})

const messages = { revision: undefined, isBatch: false, operations: [] }
const asked = { principal, messages }
const OAUTH = (error: string, error_description: string, more: object = {}) => ({
  error,
  error_description,
  ...more,
})
const challengeOf = (error: string, description: string, scope = 'notes:read'): string =>
  `Bearer error="${error}", error_description="${description}", resource_metadata="${METADATA}", scope="${scope}"`
const LACKING = 'The access token lacks a scope that this request needs.'
const UNREADABLE =
  'Send one Authorization header field with one bearer token, and the token nowhere else.'

test.each<[string, Refusal, number, string | null, unknown]>([
  ['a host', { kind: 'host' }, 400, null, /names no host/],
  ['an origin', { kind: 'origin' }, 403, null, /of this origin/],
  ['a path of no metadata', { kind: 'not_found' }, 404, null, /no metadata/],
  ['a content type', { kind: 'content_type' }, 415, null, /application\/json/],
  [
    'no token',
    { kind: 'no_credentials' },
    401,
    `Bearer ${CHALLENGE}`,
    /needs an access token.*resource_metadata.*oauth-protected-resource/,
  ],
  [
    'what is no token',
    { kind: 'malformed_credentials' },
    400,
    challengeOf('invalid_request', UNREADABLE),
    OAUTH('invalid_request', UNREADABLE),
  ],
  [
    'an expired token',
    { kind: 'token', reason: 'exp' },
    401,
    challengeOf('invalid_token', 'The access token has expired.'),
    OAUTH('invalid_token', 'The access token has expired.'),
  ],
  ['a body that is no JSON', { kind: 'malformed', principal }, 400, null, /"code":-32700/],
  [
    'a message',
    {
      kind: 'message',
      principal,
      fault: { status: 404, code: -32_601, message: 'Gone', requestId: 7 },
    },
    404,
    null,
    /"code":-32601/,
  ],
  ['another tenant', { kind: 'tenant', principal }, 403, null, /access_denied.*another tenant/],
  ['a session of others', { kind: 'session', ...asked }, 404, null, /Session not found/],
  ['a task of others', { kind: 'task', ...asked }, 200, null, /Task not found/],
  ['streams', { kind: 'streams', principal }, 429, null, /too many streams/],
  ['hidden notifications', { kind: 'hidden', operations: [], ...asked }, 202, null, /^$/],
  [
    'a missing scope',
    { kind: 'scope', scopes: ['a', 'b'], digest: 'd', ...asked },
    403,
    challengeOf('insufficient_scope', LACKING, 'a b'),
    OAUTH('insufficient_scope', LACKING, { scope: 'a b' }),
  ],
  [
    'a scope that was asked for in vain',
    { kind: 'scope_loop', scopes: ['a'], digest: 'd', ...asked },
    403,
    null,
    /insufficient_scope.*still lacks/,
  ],
  ['what nobody may', { kind: 'forbidden', ...asked }, 403, null, /access_denied.*not allowed/],
  [
    'a policy that failed',
    { kind: 'policy_failed', error: new Error('secret'), ...asked },
    403,
    null,
    OAUTH('access_denied', 'This operation is not allowed for you.'),
  ],
  [
    'an outage',
    { kind: 'unavailable', error: new Error('secret') },
    503,
    null,
    /temporarily_unavailable.*Keep it/,
  ],
])(
  '%s is answered by a status, a challenge and a body of its own',
  async (_title, refusal, status, challenge, body) => {
    const answer = refusalAnswer(refusal, SETTINGS)
    const text = await answer.text()
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([status, challenge])
    expect(text).toBe(body instanceof RegExp ? body.exec(text)?.input : JSON.stringify(body))
  },
)

test.each<[Refusal, string]>([
  [{ kind: 'streams', principal }, '5'],
  [{ kind: 'unavailable', error: new Error('down') }, '5'],
  [{ kind: 'scope_loop', scopes: ['a'], digest: 'd', ...asked }, '60'],
])('after %j a client is told when to try again', (refusal, seconds) => {
  expect(refusalAnswer(refusal, SETTINGS).headers.get('retry-after')).toBe(seconds)
})

const DPOP = {
  ...SETTINGS,
  dpop: { required: true, proofs: { algorithms: ['ES256'] } },
} as unknown as typeof SETTINGS

test.each([
  [undefined, 'invalid_dpop_proof', 'The proof of possession is invalid.'],
  ['n-1', 'use_dpop_nonce', 'The proof of possession needs the nonce of this answer.'],
])('a proof with the nonce %s to come is answered %s (RFC 9449 §9)', async (nonce, error, text) => {
  const answer = refusalAnswer({ kind: 'proof', reason: 'nonce', nonce, principal }, DPOP)
  expect([answer.status, answer.headers.get('dpop-nonce'), await answer.json()]).toEqual([
    401,
    nonce ?? null,
    { error, error_description: text },
  ])
  expect(answer.headers.get('www-authenticate')).toBe(
    `DPoP error="${error}", error_description="${text}", ${CHALLENGE}, algs="ES256"`,
  )
})

test('scopes are named in the words of the issuer of the token, where it has its own', () => {
  const refusal: Refusal = { kind: 'scope', scopes: ['a'], digest: 'd', ...asked }
  const issuers = (requestScopes?: (scopes: readonly string[]) => readonly string[]) =>
    ({ issuers: new Map([[principal.issuer, { requestScopes }]]) }) as never
  const prefixed = issuers((scopes) => scopes.map((scope) => `api://x/${scope}`))
  expect(inWordsOfIssuer(refusal, prefixed)).toEqual({ ...refusal, scopes: ['api://x/a'] })
  expect(inWordsOfIssuer({ ...refusal, kind: 'scope_loop' }, prefixed)).toMatchObject({
    kind: 'scope_loop',
    scopes: ['api://x/a'],
  })
  expect(inWordsOfIssuer(refusal, issuers())).toBe(refusal)
  expect(inWordsOfIssuer(MISSING, prefixed)).toBe(MISSING)
})

test.each([
  [2 * 1_048_576, '2 MiB'],
  [1_000, '1000 bytes'],
  [1_048_577, '1048577 bytes'],
])('of a limit of %i bytes a client is told %j, and the connection ends', async (bytes, text) => {
  const answer = refusalAnswer(
    { kind: 'too_large', principal },
    { ...SETTINGS, maxBodyBytes: bytes },
  )
  expect([answer.status, answer.headers.get('connection'), await answer.json()]).toEqual([
    413,
    'close',
    { error: 'invalid_request', error_description: `The body is larger than ${text}.` },
  ])
})

test.each([
  [{ kind: 'token', reason: 'aud' }, 'aud'],
  [{ kind: 'proof', reason: 'htu', principal }, 'dpop htu'],
  [MISSING, 'claims'],
  [{ kind: 'unavailable', error: new Error('no network') }, 'unavailable'],
  [
    { kind: 'message', fault: { status: 400, code: -32_600, message: '' }, principal },
    'message -32600',
  ],
] as [Refusal, string][])('%j is told to the operator as %j', (refusal, reason) => {
  expect(refusalReason(refusal)).toBe(reason)
})
