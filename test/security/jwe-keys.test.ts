import { createResourceServer } from 'mcp-gatehouse'
import { buildJwksAnswer, createKeyRing, generateKey, type KeyRing } from 'mcp-gatehouse/keys'
import { jweVerifier } from 'mcp-gatehouse/verifiers'
import { describe, expect, test } from 'vitest'
import { createTestSource } from '../unit/keys/support.ts'
import { encrypt, startJweGate } from './support/jwe-gate.ts'
import { createForge } from './support/token-forge.ts'
import { KEYS, METADATA } from './support/token-gate.ts'

const ISSUER = 'https://id.example.com'
const key = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
const keys = [key]

describe('the keys of the issuer whose signature is inside', () => {
  test('SEC-045 are forgotten by purgeKeys, also for a token that was verified before', async () => {
    const gate = await startJweGate({ keys })
    const token = await encrypt(gate.token(), key)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(gate.reads(KEYS)).toBe(1)

    gate.issuer.jwks.keys.splice(0, Infinity, createForge('key-2').jwk)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.gatehouse.purgeKeys(gate.issuer.issuer)
    expect(await gate.ask(token)).toEqual(gate.refused('kid'))
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('are read ahead by warmUp, and nothing else is', async () => {
    const gate = await startJweGate({ keys })
    await gate.gatehouse.warmUp()
    const read = [gate.reads(METADATA), gate.reads(KEYS)]
    expect(read).toEqual([1, 1])
    expect(await gate.ask(await encrypt(gate.token(), key))).toEqual(gate.admitted())
    expect([gate.reads(METADATA), gate.reads(KEYS)]).toEqual(read)
  })

  test('that cannot be read ahead are said by warmUp', async () => {
    const gate = await startJweGate({ keys })
    gate.issuer.respond(KEYS, { status: 500 })
    const code = 'ERR_UPSTREAM_STATUS'
    await expect(gate.gatehouse.warmUp()).rejects.toMatchObject({ code })
  })
})

describe('SEC-045 the key of a sender that cannot sign is not published', () => {
  const refusal = { name: 'ConfigError', code: 'ERR_CONFIG_OPTIONS_CONFLICT' }

  function acceptUnsigned(ring: KeyRing): ReturnType<typeof jweVerifier> {
    return jweVerifier({
      keys: ring,
      allowUnsignedJwe: true,
      issuer: ISSUER,
      publishesKey: false,
      onEvent: () => undefined,
    })
  }
  const openRing = () => createKeyRing({ use: 'encryption', source: createTestSource(key) })
  const protect = (ring: KeyRing, verifier = acceptUnsigned(ring)) =>
    createResourceServer({
      resource: 'https://mcp.example.com/mcp',
      authorizationServers: [ISSUER],
      publishedKeys: [ring],
      verifier,
      onEvent: () => undefined,
    })

  test('SEC-045 not by the resource server, which does not start', async () => {
    const ring = await openRing()
    expect(() => protect(ring)).toThrow(expect.objectContaining(refusal))
  })

  test('SEC-045 not by one that had started, and not by an endpoint of its own', async () => {
    const ring = await openRing()
    const verifier = { verify: async () => ({ ok: false, reason: 'format' }) as const }
    const gatehouse = protect(ring, verifier)
    const url = 'https://mcp.example.com/.well-known/jwks.json'
    expect((await gatehouse.metadata(new Request(url)))?.status).toBe(200)
    expect((await buildJwksAnswer([ring])).status).toBe(200)

    acceptUnsigned(ring)
    const answer = await gatehouse.metadata(new Request(url))
    expect(answer?.status).toBe(503)
    expect(await answer?.text()).not.toContain(key.kid)
    await expect(buildJwksAnswer([ring])).rejects.toMatchObject(refusal)
    await expect(ring.publicJwks()).rejects.toMatchObject(refusal)
    expect((await ring.current()).kid).toBe(key.kid)
  })

  test('SEC-045 a verifier that did not come to be withholds nothing', async () => {
    const ring = await openRing()
    const wrong = { keys: ring, allowUnsignedJwe: true, publishesKey: false, issuer: 'x' } as const
    expect(() => jweVerifier(wrong)).toThrow('issuer')
    expect((await ring.publicJwks()).keys).toHaveLength(1)
  })
})
