import { describe, expect, test } from 'vitest'
import { goodClaims, RESOURCE, startTokenGate } from './support/token-gate.ts'

const OTHERS = Array.from({ length: 9 }, (_, n) => `https://other-${n}.example.com/mcp`)

describe('SEC-014 a token without an audience for us is refused', () => {
  const AUDIENCES: readonly (readonly [string, unknown])[] = [
    ['absent', undefined],
    ['empty', ''],
    ['an empty list', []],
    ['null', null],
    ['a number', 1],
    ['true', true],
    ['an object', { [RESOURCE]: RESOURCE }],
    ['a list in a list', [[RESOURCE]]],
    ['a list with a number beside ours', [RESOURCE, 1]],
    ['a list with an empty string beside ours', [RESOURCE, '']],
    ['1,000 elements, ours the last', [...Array<string>(999).fill('a'), RESOURCE]],
  ]

  test.each(AUDIENCES)('SEC-014 aud: %s', async (_name, aud) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
  })

  const TEN_THOUSAND = [RESOURCE, ...Array<string>(9_999).fill('a')]

  test('SEC-014 aud of 10,000 elements makes a JWT that is refused for its size alone', async () => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ aud: TEN_THOUSAND }))).toEqual(gate.refused('size'))
  })

  test('SEC-014 aud of 10,000 elements is refused from any other verifier', async () => {
    const issuer = 'https://id.example.com'
    const gate = await startTokenGate({
      authorizationServers: [issuer],
      verifier: {
        verify: async () => ({
          ok: true,
          value: { issuer, claims: { ...goodClaims(issuer, RESOURCE, 0), aud: TEN_THOUSAND } },
        }),
      },
    })
    expect(await gate.ask('opaque')).toEqual(gate.refused('aud'))
  })
})

describe('SEC-015 an audience that only resembles ours is refused', () => {
  test.each([
    'https://h/mcp/',
    'https://h/MCP',
    'https://h/mcp2',
    'https://h/mcp?x',
    'https://h/mcp#',
    'https://h',
    'https://h/',
    'http://h/mcp',
    'https://h:443/mcp',
    'https://h.evil/mcp',
    'https://h@evil/mcp',
    'HTTPS://h/mcp',
    'https://H/mcp',
    'https://h/%6Dcp',
    ' https://h/mcp',
    'https://h/mcp ',
    'https://h/mcp https://other.example.com',
    'h/mcp',
  ])('SEC-015 %s', async (aud) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
    expect(await gate.ask(gate.token({ aud: [aud] }))).toEqual(gate.refused('aud'))
  })

  test('SEC-015 an alias is accepted where it is listed, character by character', async () => {
    const gate = await startTokenGate({ audience: 'api://notes', server: { audience: ['res_1'] } })
    for (const aud of ['api://notes', 'res_1', RESOURCE]) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.admitted())
    }
    for (const aud of ['api://notes/', 'API://notes', 'res_1 ', 'res']) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
    }
  })

  test('SEC-015 an empty path may be written as a slash, and no other path may', async () => {
    const gate = await startTokenGate({ resource: 'https://h' })
    for (const aud of ['https://h', 'https://h/']) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.admitted())
    }
    for (const aud of ['https://h//', 'https://h/mcp', 'https://h:443', 'http://h/']) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
    }
  })

  test('SEC-015 an alias of one issuer is none of another', async () => {
    const second = await startTokenGate()
    const gate = await startTokenGate({ audience: [] })
    const both = await startTokenGate({
      issuer: gate.issuer,
      forge: gate.forge,
      authorizationServers: [
        { issuer: gate.issuer.issuer, audience: 'res_1' },
        second.issuer.issuer,
      ],
    })
    expect(await both.ask(both.token({ aud: 'res_1' }))).toEqual(both.admitted())
    const ofTheOther = second.forge.sign(second.header(), second.claims({ aud: 'res_1' }))
    expect(await both.ask(ofTheOther)).toEqual(both.refused('aud'))
  })
})

describe('SEC-016 a token for us and for others', () => {
  test.each([
    ['one other', [RESOURCE, ...OTHERS.slice(0, 1)]],
    ['seven others', [...OTHERS.slice(0, 7), RESOURCE]],
  ])('SEC-016 %s: admitted', async (_name, aud) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ aud }))).toEqual(gate.admitted())
  })

  test.each([
    ['eight others', [...OTHERS.slice(0, 8), RESOURCE]],
    ['only others', OTHERS.slice(0, 8)],
    ['one that resembles ours among them', [...OTHERS.slice(0, 2), `${RESOURCE}/`]],
  ])('SEC-016 %s: refused', async (_name, aud) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
  })

  test('SEC-016 singleAudience: refused, but for others that are expected', async () => {
    const gate = await startTokenGate({
      singleAudience: true,
      server: { otherAudiences: ['account', 'https://id.example.com/userinfo'] },
    })
    for (const aud of [RESOURCE, [RESOURCE], [RESOURCE, 'account'], ['account', RESOURCE]]) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.admitted())
    }
    for (const aud of [[RESOURCE, OTHERS[0]], [RESOURCE, 'account', 'Account'], 'account']) {
      expect(await gate.ask(gate.token({ aud }))).toEqual(gate.refused('aud'))
    }
  })

  test('SEC-016 singleAudience without a list of others admits ours alone', async () => {
    const gate = await startTokenGate({ singleAudience: true })
    expect(await gate.ask(gate.token({ aud: [RESOURCE] }))).toEqual(gate.admitted())
    expect(await gate.ask(gate.token({ aud: [RESOURCE, 'account'] }))).toEqual(gate.refused('aud'))
  })

  test('SEC-016 a token for our two resources passes at both', async () => {
    const gate = await startTokenGate()
    const second = await startTokenGate({
      resource: 'https://h/other',
      issuer: gate.issuer,
      forge: gate.forge,
    })
    const token = gate.token({ aud: [RESOURCE, 'https://h/other'] })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(await second.ask(token)).toEqual(second.admitted())
  })
})
