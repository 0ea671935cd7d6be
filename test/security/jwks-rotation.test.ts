import { describe, expect, test } from 'vitest'
import { createForge } from './support/token-forge.ts'
import { KEYS, METADATA, startTokenGate, type TokenGate } from './support/token-gate.ts'

async function startWarm(): Promise<TokenGate> {
  const gate = await startTokenGate()
  expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  expect(gate.reads(KEYS)).toBe(1)
  return gate
}

describe('SEC-062 a new key is found when its first token arrives', () => {
  test('SEC-062 500 tokens of a new kid at once: one read, and all are admitted', async () => {
    const gate = await startWarm()
    const next = createForge('key-2')
    gate.issuer.jwks.keys.push(next.jwk)
    gate.clock.pass(31)
    const asks = Array.from({ length: 500 }, (_, n) =>
      gate.ask(next.sign(gate.header({ kid: 'key-2' }), gate.claims({ jti: n }))),
    )
    const outcomes = await Promise.all(asks)
    expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
    expect(outcomes).toHaveLength(500)
    expect([gate.reads(METADATA), gate.reads(KEYS)]).toEqual([1, 2])
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-062 at a cold start, 500 tokens at once: one read', async () => {
    const gate = await startTokenGate()
    const asks = Array.from({ length: 500 }, (_, n) => gate.ask(gate.token({ jti: n })))
    expect(await Promise.all(asks)).toEqual(asks.map(() => gate.admitted()))
    expect([gate.reads(METADATA), gate.reads(KEYS)]).toEqual([1, 1])
  })

  test('SEC-062 within 30 s of the last read there is no other, and then there is', async () => {
    const gate = await startWarm()
    const next = createForge('key-2')
    gate.issuer.jwks.keys.push(next.jwk)
    const token = next.sign(gate.header({ kid: 'key-2' }), gate.claims())
    gate.clock.pass(29)
    expect(await gate.ask(token)).toEqual(gate.refused('kid'))
    expect(gate.reads(KEYS)).toBe(1)
    gate.clock.pass(1)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-062 a key replaced under its old kid is found when its age is up', async () => {
    const gate = await startWarm()
    const next = createForge(gate.forge.kid)
    gate.issuer.jwks.keys.splice(0, Infinity, next.jwk)
    const token = next.sign(gate.header(), gate.claims())
    expect(await gate.ask(token)).toEqual(gate.refused('sig'))
    gate.clock.pass(600)
    expect(await gate.ask(next.sign(gate.header(), gate.claims()))).toEqual(gate.admitted())
    expect(await gate.ask(gate.token())).toEqual(gate.refused('sig'))
  })
})

describe('SEC-063 a key that was withdrawn is refused', () => {
  const longLived = (gate: TokenGate): string => gate.token({ exp: gate.clock.now() + 7_200 })

  test('SEC-063 when the age of the keys is up, also for a token that is remembered', async () => {
    const gate = await startWarm()
    const token = longLived(gate)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.issuer.jwks.keys.splice(0, Infinity, createForge('key-2').jwk)
    gate.clock.pass(479)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.pass(121)
    expect(await gate.ask(token)).toEqual(gate.refused('kid'))
    expect(await gate.ask(gate.token())).toEqual(gate.refused('kid'))
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-063 sooner where requests come in: keys are read again ahead of time', async () => {
    const gate = await startWarm()
    const token = longLived(gate)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.issuer.jwks.keys.splice(0, Infinity, createForge('key-2').jwk)
    gate.clock.pass(480)
    // Starts the read and does not wait for it.
    expect(await gate.ask(token)).toEqual(gate.admitted())
    await expect.poll(() => gate.ask(token)).toEqual(gate.refused('kid'))
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-063 at once after a purge, also for a token that is remembered', async () => {
    const gate = await startWarm()
    const token = longLived(gate)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    const next = createForge('key-2')
    gate.issuer.jwks.keys.splice(0, Infinity, next.jwk)
    gate.gatehouse.purgeKeys()
    expect(await gate.ask(token)).toEqual(gate.refused('kid'))
    expect(await gate.ask(next.sign(gate.header({ kid: 'key-2' }), gate.claims()))).toEqual(
      gate.admitted(),
    )
    expect(gate.reads(KEYS)).toBe(2)
  })

  test('SEC-063 a purge of one issuer, by name', async () => {
    const gate = await startWarm()
    gate.issuer.jwks.keys.splice(0, Infinity, createForge('key-2').jwk)
    gate.gatehouse.purgeKeys(gate.issuer.issuer)
    expect(await gate.ask(gate.token())).toEqual(gate.refused('kid'))
    expect(() => gate.gatehouse.purgeKeys('https://other.example.com')).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_ISSUER_INVALID' }),
    )
  })

  test('SEC-063 a read that began before the purge does not bring the old key back', async () => {
    const answered = Promise.withResolvers<void>()
    const gate = await startTokenGate({
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        if (url.endsWith(KEYS) && !isReleased) await answered.promise
        return answer
      },
    })
    let isReleased = false
    const early = gate.ask(gate.token())
    await expect.poll(() => gate.reads(KEYS)).toBe(1)
    gate.issuer.jwks.keys.splice(0, Infinity, createForge('key-2').jwk)
    gate.gatehouse.purgeKeys()
    isReleased = true
    const afterPurge = gate.ask(gate.token())
    answered.resolve()
    await early
    expect(await afterPurge).toEqual(gate.refused('kid'))
    expect(await gate.ask(gate.token())).toEqual(gate.refused('kid'))
  })
})
