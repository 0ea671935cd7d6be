import { describe, expect, test } from 'vitest'
import { type JwtVerifierOptions, jwtVerifier } from '../../../src/verifiers/public.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { createForge } from '../../security/support/token-forge.ts'

const ISSUER = 'https://id.example.com'
const JWKS_URI = `${ISSUER}/jwks`
const forge = createForge('key-1')
const clock = createTestClock()
const header = { alg: 'ES256', kid: 'key-1', typ: 'at+jwt' }
const claims = { iss: ISSUER, sub: 'alice' }

function verify(token: string, options: Partial<JwtVerifierOptions> = {}): Promise<unknown> {
  const fetch = async (url: string): Promise<Response> =>
    Response.json(url === JWKS_URI ? { keys: [forge.jwk] } : { issuer: ISSUER, jwks_uri: JWKS_URI })
  return jwtVerifier({ issuer: ISSUER, fetch, clock, ...options }).verify(token)
}

describe('jwtVerifier', () => {
  test('verifies the tokens of one issuer, by its metadata or its keys alone', async () => {
    const token = forge.sign(header, claims)
    const verified = { ok: true, value: { issuer: ISSUER, claims, type: 'at+jwt' } }
    expect(await verify(token, { jwksUri: JWKS_URI })).toMatchObject(verified)
    expect(await verify(token)).toMatchObject(verified)
  })

  test('refuses what the resource server refuses', async () => {
    const refused = (reason: string): object => ({ ok: false, reason })
    const other = createForge('key-1')
    expect(await verify(other.sign(header, claims))).toEqual(refused('sig'))
    expect(await verify(forge.sign(header, { ...claims, iss: 'x' }))).toEqual(refused('iss'))
    const untyped = forge.sign({ ...header, typ: undefined }, claims)
    expect(await verify(untyped)).toMatchObject({ ok: true })
    expect(await verify(untyped, { requireAtJwt: true })).toEqual(refused('typ'))
    expect(await verify(untyped, { algorithms: ['RS256'] })).toEqual(refused('alg'))
  })

  test.each([
    ['no issuer', { issuer: undefined }, 'ERR_CONFIG_ISSUER_INVALID'],
    ['an http issuer', { issuer: 'http://127.0.0.1' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['an http key set', { jwksUri: 'http://127.0.0.1/jwks' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['no URL', { jwksUri: 'jwks' }, 'ERR_CONFIG_NOT_HTTPS'],
    ['no algorithms', { algorithms: [] }, 'ERR_CONFIG_ALGORITHM_UNSUPPORTED'],
    ['HS256', { algorithms: ['HS256'] }, 'ERR_CONFIG_ALGORITHM_UNSUPPORTED'],
  ])('%s is a mistake', (_name, options, code) => {
    const given = { issuer: ISSUER, ...options } as JwtVerifierOptions
    expect(() => jwtVerifier(given)).toThrow(expect.objectContaining({ name: 'ConfigError', code }))
  })
})
