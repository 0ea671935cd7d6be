import { UpstreamError } from 'mcp-gatehouse'
import { expect, test } from 'vitest'
import { inspectToken, isResourceServer } from '../../../src/resource-server/index.ts'
import { accept, refuse } from '../../../src/verifiers/index.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { create, ISSUER, RESOURCE } from './creation.ts'

const clock = createTestClock()
const CLAIMS = {
  iss: ISSUER,
  sub: 'alice',
  aud: RESOURCE,
  scope: 'notes:read',
  iat: clock.now(),
  exp: clock.now() + 300,
}
const BOUND = { cnf: { jkt: 'a'.repeat(43) } }

/** The outcome for a token with these claims, at a server with these options. */
async function outcomeOf(claims: object, options: Readonly<Record<string, unknown>> = {}) {
  const verifier = {
    verify: async () => accept({ issuer: ISSUER, claims: { ...CLAIMS, ...claims } }),
  }
  const server = create({ verifier, clock, ...options })
  return (await inspectToken(server, 'token', ISSUER)).outcome
}

test('a good token is accepted, with whose it is and whether a key is bound to it', async () => {
  const principal = expect.objectContaining({ subject: 'alice', scopes: new Set(['notes:read']) })
  expect(await outcomeOf({})).toEqual({ kind: 'accepted', principal, isBound: false })
  expect(await outcomeOf(BOUND, { dpop: { required: true } })).toEqual({
    kind: 'accepted',
    principal,
    isBound: true,
  })
})

test('a token that no key is bound to is refused where proofs are required', async () => {
  expect(await outcomeOf({}, { dpop: { required: true } })).toEqual({
    kind: 'refused',
    reason: 'unbound',
  })
})

test.each([
  ['aud', { aud: 'https://other.example.com' }],
  ['exp', { exp: clock.now() - 3_600 }],
])('a token is refused with the reason %s', async (reason, claims) => {
  expect(await outcomeOf(claims)).toEqual({ kind: 'refused', reason })
})

test('required claims that are missing are named', async () => {
  expect(await outcomeOf({ email: '' }, { requiredClaims: ['sub', 'email'] })).toEqual({
    kind: 'claims',
    missing: ['email'],
  })
})

test('a token that lacks a required scope is told what it needs and has', async () => {
  expect(await outcomeOf({}, { requiredScopes: ['notes:write'] })).toMatchObject({
    kind: 'scope',
    needed: expect.arrayContaining(['notes:write']),
    has: ['notes:read'],
  })
})

test('a verifier that fails has not refused the token', async () => {
  const verifier = { verify: () => Promise.reject(new Error('no network')) }
  const outcome = await outcomeOf({}, { verifier })
  expect(outcome).toEqual({ kind: 'unavailable', error: expect.any(UpstreamError) })
})

test('what tokens are compared with is said for the issuer that is asked about', async () => {
  const verifier = { verify: async () => refuse('sig') }
  const server = create({
    verifier,
    leewaySeconds: 7,
    authorizationServers: [{ issuer: ISSUER, audience: 'api' }],
  })
  const outcome = { kind: 'refused', reason: 'sig' }
  const common = { outcome, resource: RESOURCE, issuers: [ISSUER] }
  expect(await inspectToken(server, 'token', ISSUER)).toEqual({
    ...common,
    audiences: [RESOURCE, 'api'],
    leewaySeconds: 7,
  })
  expect(await inspectToken(server, 'token', 'https://other.example.com')).toEqual({
    ...common,
    audiences: [],
    leewaySeconds: undefined,
  })
})

test('a server that another copy of the package made is not known', async () => {
  const server = create({})
  expect([server, { ...server }, null, 'server', undefined].map(isResourceServer)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
  await expect(inspectToken({ ...server }, 'token', ISSUER)).rejects.toThrow(
    'a resource server of another copy',
  )
})
