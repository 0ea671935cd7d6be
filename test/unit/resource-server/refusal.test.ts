import { expect, test } from 'vitest'
import { type Refusal, refusalAnswer, refusalReason } from '../../../src/resource-server/refusal.ts'
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
