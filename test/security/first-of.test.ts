import { type TokenVerifier, UpstreamError, type VerifiedToken } from 'mcp-gatehouse'
import { generateKey } from 'mcp-gatehouse/keys'
import { memory } from 'mcp-gatehouse/storage'
import { createApiKeys, firstOf, jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test, vi } from 'vitest'
import { encrypt, startJweGate } from './support/jwe-gate.ts'
import { createTestClock, START_SECONDS } from './support/test-clock.ts'
import { createForge } from './support/token-forge.ts'
import {
  KEYS,
  RESOURCE,
  startIssuer,
  startTokenGate,
  type TokenGate,
  unavailable,
} from './support/token-gate.ts'

const SCOPE = 'notes:read'
const unknownToAll = { ok: false, reason: 'verifier' } as const

/** A gate whose second verifier says yes to whatever it is asked: nothing may get there. */
async function startWeakGate(
  opaque: TokenVerifier['verify'],
): Promise<
  TokenGate & { readonly asked: string[]; readonly key: string; revoke(): Promise<boolean> }
> {
  const issuer = await startIssuer()
  const asked: string[] = []
  const storage = memory()
  const clock = createTestClock()
  const apiKeys = createApiKeys({ storage, resource: RESOURCE, clock })
  const weak: TokenVerifier = {
    verify(token) {
      asked.push(token)
      return opaque(token)
    },
  }
  const signed = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true, clock })
  // The weaker one comes first: the order decides nothing.
  const verifier = firstOf([weak, apiKeys.verifier, signed])
  const gate = await startTokenGate({ issuer, verifier, clock })
  const { key, keyId } = await apiKeys.issue({ name: 'job', scopes: [SCOPE] })
  return { ...gate, asked, key, revoke: () => apiKeys.revoke(keyId) }
}

describe('SEC-058 a token that fails one check is not shown to a weaker one', () => {
  async function startYesGate() {
    const gate: Awaited<ReturnType<typeof startWeakGate>> = await startWeakGate(async () => {
      const claims = gate.claims({ sub: 'admin' })
      const value: VerifiedToken = { issuer: gate.issuer.issuer, claims }
      return { ok: true, value }
    })
    return gate
  }

  test('SEC-058 the weaker one does say yes, to what is its own', async () => {
    const gate = await startYesGate()
    expect(await gate.ask('opaque-token')).toEqual(gate.admitted())
    expect(gate.asked).toEqual(['opaque-token'])
  })

  test('SEC-058 a JWT with a forged signature, of no key, expired, or of another issuer', async () => {
    const gate = await startYesGate()
    const forged = createForge('key-1').sign(gate.header(), gate.claims())
    const unsigned = gate.token().replace(/\.[^.]*$/, '.')
    for (const [token, reason] of [
      [forged, 'sig'],
      [unsigned, 'format'],
      [gate.token({}, { kid: 'key-2' }), 'kid'],
      [gate.token({}, { alg: 'none' }), 'alg'],
      [gate.token({ exp: START_SECONDS - 300 }), 'exp'],
      [gate.token({ aud: 'https://other' }), 'aud'],
      [gate.token({ iss: 'https://evil.example' }), 'iss'],
      [gate.token({ iss: undefined }), 'iss'],
      [gate.token({ iss: RESOURCE }), 'iss'],
    ] as const) {
      expect(await gate.ask(token)).toEqual(gate.refused(reason))
    }
    expect(gate.asked).toEqual([])
  })

  test('SEC-058 what looks like a JWT, and cannot be read', async () => {
    const gate = await startYesGate()
    const [header, payload, signature] = gate.token().split('.')
    for (const [token, reason] of [
      [`${header}.${payload}~.${signature}`, 'format'],
      [`${header}..${signature}`, 'format'],
      [`${header}.eyJhIjp9.${signature}`, 'json'],
      [`eyJhIjp9.${payload}.${signature}`, 'json'],
      [`${header}.${payload}.${'A'.repeat(9_000)}`, 'size'],
    ] as const) {
      expect(await gate.ask(token)).toEqual(gate.refused(reason))
    }
    expect(gate.asked).toEqual([])
  })

  test('SEC-058 an encrypted token that cannot be opened, or has a forged one in it', async () => {
    const key = await generateKey({ use: 'encryption' })
    const { ring, issuer, forge, clock } = await startJweGate({ keys: [key] })
    const signed = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true, clock })
    const encrypted = jweVerifier({ keys: ring, nested: signed, clock })
    const verify = vi.fn<TokenVerifier['verify']>()
    const verifier = firstOf([{ verify }, signed, encrypted])
    const gate = await startTokenGate({ issuer, forge, clock, verifier })
    const forged = createForge('key-1').sign(gate.header(), gate.claims())
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(await gate.ask(await encrypt(gate.token(), key))).toEqual(gate.admitted())
    expect(await gate.ask(await encrypt(forged, key))).toEqual(gate.refused('sig'))
    const other = await generateKey({ use: 'encryption' })
    expect(await gate.ask(await encrypt(gate.token(), other))).toEqual(gate.refused('kid'))
    const sameName = await encrypt(gate.token(), { ...other, kid: key.kid ?? '' })
    expect(await gate.ask(sameName)).toEqual(gate.refused('decrypt'))
    expect(verify).not.toHaveBeenCalled()
  })

  test('SEC-058 an API key that is revoked, mistyped or unknown', async () => {
    const gate = await startYesGate()
    expect(await gate.ask(gate.key)).toEqual(gate.admitted())
    const typo = gate.key.slice(0, 4) + (gate.key.charAt(4) === 'A' ? 'B' : 'A') + gate.key.slice(5)
    const other = createApiKeys({ storage: memory(), resource: RESOURCE })
    const { key: unknown } = await other.issue({ name: 'other', scopes: [SCOPE] })
    expect(await gate.revoke()).toBe(true)
    for (const [token, reason] of [
      [gate.key, 'revoked'],
      [typo, 'checksum'],
      [unknown, 'api_key'],
      ['mgh_', 'format'],
      ['mgh_admin', 'format'],
    ] as const) {
      expect(await gate.ask(token)).toEqual(gate.refused(reason))
    }
    expect(gate.asked).toEqual([])
  })
})

describe('SEC-059 what cannot be decided is 503, and never somebody else’s', () => {
  test('SEC-059 the keys of the issuer cannot be read, and the other verifier knows no token', async () => {
    const gate = await startWeakGate(async () => unknownToAll)
    gate.issuer.respond(KEYS, { status: 500 })
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
    expect(gate.asked).toEqual([])
    expect(await gate.ask(gate.key)).toEqual(gate.admitted())
  })

  test('SEC-059 the store of the API keys is down, and JWTs are not affected', async () => {
    const issuer = await startIssuer()
    const storage = memory()
    const clock = createTestClock()
    const apiKeys = createApiKeys({ storage, resource: RESOURCE, clock })
    const signed = jwtVerifier({ issuer: issuer.issuer, allowInsecureLoopback: true, clock })
    const verifier = firstOf([apiKeys.verifier, signed])
    const gate = await startTokenGate({ issuer, verifier, clock })
    const { key } = await apiKeys.issue({ name: 'job', scopes: [SCOPE] })
    vi.spyOn(storage, 'get').mockRejectedValue(new Error('connection refused'))
    expect(await gate.ask(key)).toEqual(unavailable('ERR_UPSTREAM_VERIFIER'))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test.each([
    ['an UpstreamError', () => new UpstreamError('ERR_UPSTREAM_TIMEOUT', 'x', { retryable: true })],
    ['any other error', () => new TypeError('fetch failed')],
    ['a promise that rejects with nothing', () => undefined],
  ])('SEC-059 the verifier of a token throws %s', async (_name, error) => {
    const gate = await startWeakGate(() => Promise.reject(error()))
    const outcome = await gate.ask('opaque-token')
    expect([outcome.status, outcome.retryAfter, outcome.handlerRan]).toEqual([503, '5', false])
  })

  test('SEC-059 the verifier that is asked says unknown: 401, and the end of it', async () => {
    const gate = await startWeakGate(async () => unknownToAll)
    expect(await gate.ask('opaque-token')).toEqual(gate.refused('verifier'))
    expect(gate.asked).toEqual(['opaque-token'])
  })
})
