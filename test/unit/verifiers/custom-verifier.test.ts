import { customVerifier, type VerifyToken } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { ALLOWED, createRemoteGate, RESOURCE, SCOPE } from '../../security/support/remote-gate.ts'

const ISSUER = 'https://id.example.com'
const CLAIMS = { iss: ISSUER, aud: RESOURCE, sub: 'alice', scope: SCOPE, exp: 4_000_000_000 }

function gateOf(verify: VerifyToken): ReturnType<typeof createRemoteGate> {
  return createRemoteGate({ verifier: customVerifier(verify), issuer: ISSUER })
}

test('claims let the request through, at once or as a promise', async () => {
  expect(await gateOf(() => CLAIMS).ask('token-of-alice')).toEqual(ALLOWED)
  expect(await gateOf(async () => CLAIMS).ask('token-of-alice')).toEqual(ALLOWED)
})

test('the function sees the characters of the token, on every request', async () => {
  const seen: string[] = []
  const gate = gateOf((token) => {
    seen.push(token)
    return token === 'good-token' ? CLAIMS : undefined
  })
  await gate.ask('good-token')
  await gate.ask('good-token')
  expect(await gate.ask('other-token')).toEqual([401, 'auth.deny', 'verifier'])
  expect(seen).toEqual(['good-token', 'good-token', 'other-token'])
})

describe('the resource server still checks', () => {
  test.each<[string, object, number, string]>([
    ['the issuer', { iss: 'https://other.example.com' }, 401, 'iss'],
    ['that there is one', { iss: undefined }, 401, 'iss'],
    ['the audience', { aud: 'https://other.example.com/mcp' }, 401, 'aud'],
    ['that there is one', { aud: undefined }, 401, 'aud'],
    ['expiry', { exp: 1_000_000_000 }, 401, 'exp'],
    ['that there is one', { exp: undefined }, 401, 'exp'],
    ['the kind of token', { token_use: 'id' }, 401, 'typ'],
    ['key binding', { cnf: { jkt: 'a' } }, 401, 'binding'],
    ['scopes', { scope: 'other' }, 403, 'scope'],
  ])('%s', async (_what, changes, status, reason) => {
    const gate = gateOf(() => ({ ...CLAIMS, ...changes }))
    expect(await gate.ask('token-of-alice')).toEqual([status, 'auth.deny', reason])
  })
})

test.each([undefined, null, false, true, 1, '', 'claims', [CLAIMS], [], () => CLAIMS])(
  'what is no object refuses the token: %j',
  async (answer) => {
    const gate = gateOf((() => answer) as unknown as VerifyToken)
    expect(await gate.ask('token-of-alice')).toEqual([401, 'auth.deny', 'verifier'])
  },
)

test.each(['', undefined, { verify: () => CLAIMS }])('no function is an error: %j', (verify) => {
  expect(() => customVerifier(verify as unknown as VerifyToken)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_OPTION_TYPE' }) as Error,
  )
})
