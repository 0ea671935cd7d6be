import type { AuditEvent } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { createForge } from './support/token-forge.ts'
import { KEYS, startTokenGate, type TokenGate, unavailable } from './support/token-gate.ts'

const PRIVATE_MATERIAL = 'ERR_UPSTREAM_JWKS_PRIVATE_MATERIAL'
const typesOf = (events: readonly AuditEvent[]): string[] => events.map(({ type }) => type)

describe('SEC-034 a key set with private or symmetric keys is refused as a whole', () => {
  const privateJwk = (alg: 'ES256' | 'RS256', kid: string): object => {
    const { privateKey } = createForge(kid, alg)
    return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }
  }
  const only = (member: string): object => ({
    kty: 'RSA',
    kid: 'x',
    n: 'AQAB',
    e: 'AQAB',
    [member]: 'AQ',
  })
  const KEYS_TO_REFUSE: readonly (readonly [string, () => object])[] = [
    ['an EC private key', () => privateJwk('ES256', 'x')],
    ['an RSA private key', () => privateJwk('RS256', 'x')],
    ['an Ed25519 private key', () => ({ kty: 'OKP', crv: 'Ed25519', x: 'AA', d: 'AA' })],
    [
      'an encryption key with its private part',
      () => ({ ...privateJwk('ES256', 'x'), use: 'enc' }),
    ],
    ['the private part of our own kid', () => privateJwk('ES256', 'key-1')],
    ['an ML-DSA private key', () => ({ kty: 'AKP', alg: 'ML-DSA-44', pub: 'AA', priv: 'AA' })],
    ['an oct key', () => ({ kty: 'oct', kid: 'x', k: 'c2VjcmV0' })],
    ['an oct key without its value', () => ({ kty: 'oct', kid: 'x' })],
    ['a symmetric value in an EC key', () => ({ ...createForge('x').jwk, k: 'c2VjcmV0' })],
    ['RSA with d alone', () => only('d')],
    ['RSA with p alone', () => only('p')],
    ['RSA with q alone', () => only('q')],
    ['RSA with dp alone', () => only('dp')],
    ['RSA with dq alone', () => only('dq')],
    ['RSA with qi alone', () => only('qi')],
    ['RSA with oth alone', () => only('oth')],
  ]

  /** Publishes the good key and one that must not be there. */
  function publishBeside(gate: TokenGate, key: object): void {
    const body = JSON.stringify({ keys: [gate.forge.jwk, key] })
    gate.issuer.respond(KEYS, { body })
  }

  test.each(KEYS_TO_REFUSE)('SEC-034 %s: 503 without keys, and an alert', async (_name, key) => {
    const gate = await startTokenGate()
    publishBeside(gate, key())
    expect(await gate.ask(gate.token())).toEqual(unavailable(PRIVATE_MATERIAL))
    expect(typesOf(gate.events)).toEqual(['jwks.private_material', 'dep.unavailable'])
    expect(gate.events[0]).toMatchObject({
      at: gate.clock.now(),
      issuer: gate.issuer.issuer,
      error: { code: PRIVATE_MATERIAL },
    })
  })

  test.each(KEYS_TO_REFUSE)('SEC-034 %s: the last good keys stay in use', async (_name, key) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    publishBeside(gate, key())
    gate.clock.pass(601)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(typesOf(gate.events)).toEqual([
      'auth.allow',
      'jwks.private_material',
      'jwks.stale',
      'auth.allow',
    ])
  })

  test('SEC-034 the event names no key', async () => {
    const gate = await startTokenGate()
    const { d = '' } = createForge('x').privateKey.export({ format: 'jwk' })
    publishBeside(gate, { kty: 'EC', crv: 'P-256', kid: 'x', d })
    await gate.ask(gate.token())
    const [event] = gate.events
    expect(event?.type === 'jwks.private_material' && event.error.message).not.toContain(d)
  })

  test('SEC-034 a token signed with a leaked key is not accepted by its publication', async () => {
    const gate = await startTokenGate()
    const leaked = createForge('leaked')
    const jwk = { ...leaked.privateKey.export({ format: 'jwk' }), kid: 'leaked', alg: 'ES256' }
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    publishBeside(gate, jwk)
    gate.clock.pass(31)
    const forged = leaked.sign(gate.header({ kid: 'leaked' }), gate.claims())
    expect(await gate.ask(forged)).toEqual(unavailable(PRIVATE_MATERIAL))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-034 once the document is corrected it is used again', async () => {
    const gate = await startTokenGate()
    publishBeside(gate, { kty: 'oct', k: 'c2VjcmV0' })
    expect(await gate.ask(gate.token())).toEqual(unavailable(PRIVATE_MATERIAL))
    gate.issuer.respond(KEYS, undefined)
    gate.clock.pass(5)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })
})
