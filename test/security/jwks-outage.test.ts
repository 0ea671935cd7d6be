import type { AuditEvent } from 'mcp-gatehouse'
import type { CannedAnswer } from 'mcp-gatehouse/testing'
import { describe, expect, test } from 'vitest'
import {
  KEYS,
  METADATA,
  startTokenGate,
  type TokenGate,
  unavailable,
} from './support/token-gate.ts'

const typesOf = (events: readonly AuditEvent[]): string[] => events.map(({ type }) => type)

const OUTAGES: readonly (readonly [string, CannedAnswer, string])[] = [
  ['500', { status: 500 }, 'ERR_UPSTREAM_STATUS'],
  ['503', { status: 503, headers: { 'Retry-After': '1' } }, 'ERR_UPSTREAM_STATUS'],
  ['404', { status: 404, body: '{}' }, 'ERR_UPSTREAM_STATUS'],
  ['204', { status: 204 }, 'ERR_UPSTREAM_STATUS'],
  ['a page', { body: '<!doctype html><title>Sorry</title>' }, 'ERR_UPSTREAM_NOT_JSON'],
  ['nothing', { body: '' }, 'ERR_UPSTREAM_NOT_JSON'],
  ['a list', { body: '[]' }, 'ERR_UPSTREAM_NOT_JSON'],
  ['an object without keys', { body: '{}' }, 'ERR_UPSTREAM_JWKS_INVALID'],
  ['keys that are no list', { body: '{"keys":{}}' }, 'ERR_UPSTREAM_JWKS_INVALID'],
  ['keys that are no objects', { body: '{"keys":[1]}' }, 'ERR_UPSTREAM_JWKS_INVALID'],
  ['a key without type', { body: '{"keys":[{}]}' }, 'ERR_UPSTREAM_JWKS_INVALID'],
]

describe('SEC-064 the key set cannot be read, and keys are there', () => {
  async function startWarm(): Promise<TokenGate> {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    return gate
  }
  const unknownKid = (gate: TokenGate): string => gate.token({}, { kid: 'key-2' })

  test.each(OUTAGES)(
    'SEC-064 %s: a known kid is admitted, with an alert',
    async (_name, answer) => {
      const gate = await startWarm()
      gate.issuer.respond(KEYS, answer)
      gate.clock.pass(600)
      expect(await gate.ask(gate.token())).toEqual(gate.admitted())
      expect(typesOf(gate.events)).toEqual(['auth.allow', 'jwks.stale', 'auth.allow'])
      expect(gate.events[1]).toMatchObject({ at: gate.clock.now(), issuer: gate.issuer.issuer })
    },
  )

  test.each(OUTAGES)('SEC-064 %s: an unknown kid is 503', async (_name, answer, code) => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, answer)
    // The keys are fresh; only the question about the other kid needs the issuer.
    gate.clock.pass(31)
    expect(await gate.ask(unknownKid(gate))).toEqual(unavailable(code))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(typesOf(gate.events)).toEqual(['auth.allow', 'dep.unavailable', 'auth.allow'])
  })

  test('SEC-064 an unknown kid stays 503 while nobody asks again, and is settled after', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(31)
    expect(await gate.ask(unknownKid(gate))).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
    expect(await gate.ask(unknownKid(gate))).toEqual(unavailable('ERR_UPSTREAM_UNREACHABLE'))
    expect(gate.reads(KEYS)).toBe(2)
    gate.issuer.respond(KEYS, undefined)
    gate.clock.pass(30)
    expect(await gate.ask(unknownKid(gate))).toEqual(gate.refused('kid'))
    expect(gate.reads(KEYS)).toBe(3)
  })

  test('SEC-064 an unknown kid is 503 while stale keys are served', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(700)
    expect(await gate.ask(unknownKid(gate))).toEqual(unavailable('ERR_UPSTREAM_UNREACHABLE'))
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
  })

  test('SEC-064 stale keys serve for an hour past their age and no longer', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(600 + 3_600)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.clock.pass(1)
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
  })

  test('SEC-064 a token that was remembered is no better off', async () => {
    const gate = await startWarm()
    const token = gate.token({ exp: gate.clock.now() + 7_200 })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(600 + 3_601)
    expect(await gate.ask(token)).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
  })

  test('SEC-064 a forged signature is refused with stale keys too', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(700)
    const [header, payload] = gate.token().split('.')
    const [, , signature] = gate.token({ sub: 'bob' }).split('.')
    expect(await gate.ask(`${header}.${payload}.${signature}`)).toEqual(gate.refused('sig'))
  })

  test('SEC-064 when the issuer is back its keys are read again', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(700)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.issuer.respond(KEYS, undefined)
    gate.clock.pass(5)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(gate.reads(KEYS)).toBe(3)
    expect(typesOf(gate.events).filter((type) => type === 'jwks.stale')).toHaveLength(1)
  })

  test('SEC-064 during an outage the issuer is asked every 5 s at most', async () => {
    const gate = await startWarm()
    gate.issuer.respond(KEYS, { status: 500 })
    gate.clock.pass(700)
    for (let second = 0; second < 60; second += 1) {
      expect(await gate.ask(gate.token())).toEqual(gate.admitted())
      gate.clock.pass(1)
    }
    expect(gate.reads(KEYS)).toBe(1 + 12)
  })
})

describe('SEC-065 the key set cannot be read, and no keys are there', () => {
  test.each(OUTAGES)('SEC-065 %s: 503, and not ready', async (_name, answer, code) => {
    const gate = await startTokenGate()
    gate.issuer.respond(KEYS, answer)
    await expect(gate.gatehouse.warmUp()).rejects.toMatchObject({ code })
    expect(await gate.ask(gate.token())).toEqual(unavailable(code))
    gate.clock.pass(5)
    expect(await gate.ask(gate.token())).toEqual(unavailable(code))
  })

  test('SEC-065 nobody listens: 503, and not ready', async () => {
    const gate = await startTokenGate()
    await gate.issuer.close()
    const code = 'ERR_UPSTREAM_UNREACHABLE'
    await expect(gate.gatehouse.warmUp()).rejects.toMatchObject({ code })
    expect(await gate.ask(gate.token())).toEqual(unavailable(code))
  })

  test.each(OUTAGES.slice(0, 7))('SEC-065 the metadata is %s: 503', async (_name, answer) => {
    const gate = await startTokenGate()
    gate.issuer.respond(METADATA, answer)
    expect(await gate.ask(gate.token())).toMatchObject({ status: 503, retryAfter: '5' })
    expect(gate.reads(KEYS)).toBe(0)
  })

  test('SEC-065 a purge while the issuer is down leaves nothing to accept with', async () => {
    const gate = await startTokenGate()
    const token = gate.token()
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.issuer.respond(KEYS, { status: 500 })
    gate.gatehouse.purgeKeys()
    expect(await gate.ask(token)).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
  })

  test('SEC-065 a token that is wrong by itself is refused without the issuer', async () => {
    const gate = await startTokenGate()
    gate.issuer.respond(KEYS, { status: 500 })
    expect(await gate.ask(gate.token({}, { alg: 'none' }))).toEqual(gate.refused('alg'))
    expect(await gate.ask(gate.token({ iss: 'https://other' }))).toEqual(gate.refused('iss'))
  })

  test('SEC-065 the first token after the outage is admitted', async () => {
    const gate = await startTokenGate()
    gate.issuer.respond(KEYS, { status: 500 })
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
    gate.issuer.respond(KEYS, undefined)
    gate.clock.pass(4)
    expect(await gate.ask(gate.token())).toEqual(unavailable('ERR_UPSTREAM_STATUS'))
    gate.clock.pass(1)
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    expect(gate.reads(KEYS)).toBe(2)
  })
})

describe('SEC-066 one read for everybody who waits', () => {
  test.each([
    ['an expired cache', 600],
    ['a cache that is too old to be served', 600 + 3_601],
  ])('SEC-066 1,000 requests at once on %s', async (_name, age) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    gate.clock.pass(age)
    const tokens = Array.from({ length: 10 }, (_, jti) => gate.token({ jti }))
    const asks = Array.from({ length: 1_000 }, (_, n) => gate.ask(tokens[n % 10] ?? ''))
    const outcomes = await Promise.all(asks)
    expect(outcomes.filter(({ status }) => status !== 200)).toEqual([])
    expect(outcomes).toHaveLength(1_000)
    expect(gate.reads(KEYS)).toBe(2)
    expect(gate.reads(METADATA)).toBe(2)
  })

  test('SEC-066 1,000 requests at once while the issuer is down', async () => {
    const gate = await startTokenGate()
    gate.issuer.respond(KEYS, { status: 500 })
    const asks = Array.from({ length: 1_000 }, (_, jti) => gate.ask(gate.token({ jti })))
    const outcomes = await Promise.all(asks)
    expect(outcomes.filter(({ status }) => status !== 503)).toEqual([])
    expect(gate.reads(KEYS)).toBe(1)
  })
})
