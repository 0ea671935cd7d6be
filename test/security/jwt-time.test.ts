import { createResourceServer } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { RESOURCE, startTokenGate } from './support/token-gate.ts'

const YEAR_SECONDS = 31_536_000

describe('SEC-020 a token without a usable exp has none', () => {
  const EXPIRIES: readonly (readonly [string, unknown])[] = [
    ['absent', undefined],
    ['a string of digits', '4102444800'],
    ['an ISO date', '2099-01-01T00:00:00Z'],
    ['the text NaN', 'NaN'],
    ['null', null],
    ['-1', -1],
    ['0', 0],
    ['1e308', 1e308],
    ['a list', [4_102_444_800]],
    ['an object', {}],
    ['true', true],
  ]

  test.each(EXPIRIES)('SEC-020 exp: %s', async (_name, exp) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ exp }))).toEqual(gate.refused('exp'))
  })

  test.each([
    ['2^53 + 1', '9007199254740993'],
    ['more than a double holds', '1e999'],
    ['5,000 digits', '9'.repeat(5_000)],
    ['minus zero', '-0'],
    ['less than a second', '1e-400'],
  ])('SEC-020 exp as written: %s', async (_name, digits) => {
    const gate = await startTokenGate()
    const payload = JSON.stringify(gate.claims({ exp: 'HERE' })).replace('"HERE"', digits)
    expect(await gate.ask(gate.forge.sign(gate.header(), payload))).toEqual(gate.refused('exp'))
  })

  test.each(['NaN', 'Infinity', '-Infinity'])('SEC-020 exp: a bare %s is no JSON', async (word) => {
    const gate = await startTokenGate()
    const payload = JSON.stringify(gate.claims({ exp: 'HERE' })).replace('"HERE"', word)
    expect(await gate.ask(gate.forge.sign(gate.header(), payload))).toEqual(gate.refused('json'))
  })
})

describe('SEC-021 clocks may differ by 30 seconds', () => {
  test.each([
    [-29, 'admitted'],
    [-30, 'refused'],
    [-31, 'refused'],
  ] as const)('SEC-021 exp %i s from now: %s', async (offset, outcome) => {
    const gate = await startTokenGate()
    const token = gate.token({ exp: gate.clock.now() + offset })
    const expected = outcome === 'admitted' ? gate.admitted() : gate.refused('exp')
    expect(await gate.ask(token)).toEqual(expected)
  })

  const STARTS = (['nbf', 'iat'] as const).flatMap((claim) => [
    [claim, 29, 'admitted'] as const,
    [claim, 30, 'admitted'] as const,
    [claim, 31, 'refused'] as const,
  ])

  test.each(STARTS)('SEC-021 %s %i s from now: %s', async (claim, offset, outcome) => {
    const gate = await startTokenGate()
    const token = gate.token({ [claim]: gate.clock.now() + offset })
    const expected = outcome === 'admitted' ? gate.admitted() : gate.refused(claim)
    expect(await gate.ask(token)).toEqual(expected)
  })

  test.each(['nbf', 'iat'] as const)('SEC-021 %s of another type is refused', async (claim) => {
    const gate = await startTokenGate()
    for (const value of ['0', null, [], {}, true, -1, 1e308]) {
      expect(await gate.ask(gate.token({ [claim]: value }))).toEqual(gate.refused(claim))
    }
  })

  test('SEC-021 a token that was admitted expires on the second, cached or not', async () => {
    const gate = await startTokenGate()
    const token = gate.token({ exp: gate.clock.now() + 10 })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.pass(39)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.pass(1)
    expect(await gate.ask(token)).toEqual(gate.refused('exp'))
  })

  test('SEC-021 without leeway a token expires on its exp', async () => {
    const gate = await startTokenGate({ leewaySeconds: 0 })
    const now = gate.clock.now()
    expect(await gate.ask(gate.token({ exp: now + 1 }))).toEqual(gate.admitted())
    expect(await gate.ask(gate.token({ exp: now }))).toEqual(gate.refused('exp'))
    expect(await gate.ask(gate.token({ nbf: now + 1 }))).toEqual(gate.refused('nbf'))
    expect(await gate.ask(gate.token({ iat: now + 1 }))).toEqual(gate.refused('iat'))
  })

  test.each([301, -1, 1.5, Number.NaN, Infinity, '30'])(
    'SEC-021 a leeway of %s seconds is refused at creation',
    (leewaySeconds) => {
      expect(() =>
        createResourceServer({
          resource: RESOURCE,
          authorizationServers: ['https://id.example.com'],
          leewaySeconds: leewaySeconds as number,
        }),
      ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_NUMBER_RANGE' }))
    },
  )
})

describe('SEC-022 a token that lives too long', () => {
  test('SEC-022 exp in 10 years with maxTokenLifetimeSeconds', async () => {
    const gate = await startTokenGate({ maxTokenLifetimeSeconds: 3_600 })
    const now = gate.clock.now()
    const token = gate.token({ exp: now + 10 * YEAR_SECONDS })
    expect(await gate.ask(token)).toEqual(gate.refused('lifetime'))
    expect(await gate.ask(gate.token({ exp: now + 3_601 }))).toEqual(gate.refused('lifetime'))
    expect(await gate.ask(gate.token({ exp: now + 3_600 }))).toEqual(gate.admitted())
  })

  test('SEC-022 without the option a token may live for 10 years', async () => {
    const gate = await startTokenGate()
    const token = gate.token({ exp: gate.clock.now() + 10 * YEAR_SECONDS })
    expect(await gate.ask(token)).toEqual(gate.admitted())
  })

  test.each(['maxTokenAgeSeconds', 'maxTokenLifetimeSeconds'] as const)(
    'SEC-022 iat is absent with %s',
    async (option) => {
      const gate = await startTokenGate({ [option]: 3_600 })
      expect(await gate.ask(gate.token({ iat: undefined }))).toEqual(gate.refused('lifetime'))
      expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    },
  )

  test('SEC-022 a token older than maxTokenAgeSeconds and the leeway', async () => {
    const gate = await startTokenGate({ maxTokenAgeSeconds: 600 })
    const now = gate.clock.now()
    expect(await gate.ask(gate.token({ iat: now - 630 }))).toEqual(gate.admitted())
    expect(await gate.ask(gate.token({ iat: now - 631 }))).toEqual(gate.refused('lifetime'))
  })

  test('SEC-022 a token grows too old while it is cached', async () => {
    const gate = await startTokenGate({ maxTokenAgeSeconds: 60 })
    const token = gate.token({ exp: gate.clock.now() + 3_600 })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.pass(90)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    gate.clock.pass(1)
    expect(await gate.ask(token)).toEqual(gate.refused('lifetime'))
  })
})
