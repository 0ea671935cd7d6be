import { describe, expect, test } from 'vitest'
import { createForge } from './support/token-forge.ts'
import { KEYS, RESOURCE, startIssuer, startTokenGate } from './support/token-gate.ts'

/** How many characters two strings share at the beginning. */
function sharedPrefix(a: string, b: string): number {
  return a.split('').findIndex((character, at) => character !== b[at])
}

describe('SEC-040 what is remembered about one token is never told about another', () => {
  test.each([20, 64, 200])('SEC-040 two tokens that share %i characters', async (length) => {
    const gate = await startTokenGate()
    // The subject stands last, so that the tokens differ only after it.
    const tokenOf = (sub: string): string => {
      const { sub: _sub, ...claims } = gate.claims()
      return gate.forge.sign(gate.header(), { ...claims, sub })
    }
    const [alice, bob] = [tokenOf('alice'), tokenOf('bob')]
    expect(sharedPrefix(alice, bob)).toBeGreaterThanOrEqual(length)
    for (let round = 0; round < 3; round += 1) {
      expect(await gate.admit(alice)).toMatchObject({ subject: 'alice' })
      expect(await gate.admit(bob)).toMatchObject({ subject: 'bob' })
    }
  })

  test('SEC-040 all but the signature of a remembered token', async () => {
    const gate = await startTokenGate()
    const token = gate.token()
    expect(await gate.ask(token)).toEqual(gate.admitted())
    const [header, payload] = token.split('.')
    const forged = createForge('key-1').sign(gate.header(), gate.claims())
    const signature = forged.split('.')[2]
    expect(await gate.ask(`${header}.${payload}.${signature}`)).toEqual(gate.refused('sig'))
    expect(await gate.ask(token.slice(0, -2))).toEqual(gate.refused('sig'))
    expect(await gate.ask(`${token}AAAA`)).toEqual(gate.refused('sig'))
  })

  test('SEC-040 a token that one resource remembers is refused by another', async () => {
    const gate = await startTokenGate()
    const { issuer, forge } = gate
    const other = await startTokenGate({ resource: 'https://h/other', issuer, forge })
    const token = gate.token()
    for (let round = 0; round < 2; round += 1) {
      expect(await gate.ask(token)).toEqual(gate.admitted())
      expect(await other.ask(token)).toEqual(other.refused('aud'))
    }
  })

  test('SEC-040 a token that one set of rules remembers is judged anew by another', async () => {
    const gate = await startTokenGate()
    const { issuer, forge } = gate
    const strict = await startTokenGate({ issuer, forge, server: { requireAtJwt: true } })
    const stranger = await startTokenGate({ issuer: await startIssuer(), forge })
    const token = gate.token({}, { typ: 'JWT' })
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(await strict.ask(token)).toEqual(strict.refused('typ'))
    expect(await stranger.ask(token)).toEqual(stranger.refused('iss'))
  })

  test('SEC-040 two tenants of one gate: the same subject, the same kid, no cross hit', async () => {
    const [a, b] = [await startIssuer(), await startIssuer()]
    const gate = await startTokenGate({ issuer: a, authorizationServers: [a.issuer, b.issuer] })
    const forge = createForge(gate.forge.kid)
    b.jwks.keys.splice(0, Infinity, forge.jwk)
    const ofA = gate.token()
    const ofB = forge.sign(gate.header(), gate.claims({ iss: b.issuer }))
    for (let round = 0; round < 2; round += 1) {
      expect(await gate.admit(ofA)).toMatchObject({ issuer: a.issuer, subject: 'alice' })
      expect(await gate.admit(ofB)).toMatchObject({ issuer: b.issuer, subject: 'alice' })
    }
  })

  test('SEC-040 a refusal is not remembered as a success, and not at all', async () => {
    const gate = await startTokenGate()
    const early = gate.token({ nbf: gate.clock.now() + 60 })
    expect(await gate.ask(early)).toEqual(gate.refused('nbf'))
    gate.clock.pass(30)
    expect(await gate.ask(early)).toEqual(gate.admitted())
  })

  test('SEC-040 one token many times at once is one caller each time', async () => {
    const gate = await startTokenGate()
    const tokens = ['alice', 'bob', 'carol'].map((sub) => gate.token({ sub }))
    const asks = Array.from({ length: 60 }, (_, n) => gate.ask(tokens[n % 3] ?? ''))
    expect(await Promise.all(asks)).toEqual(asks.map(() => gate.admitted()))
    const subjects = gate.events.map((event) => 'subject' in event && event.subject)
    for (const sub of ['alice', 'bob', 'carol']) {
      expect(subjects.filter((subject) => subject === sub)).toHaveLength(20)
    }
    expect(gate.reads(KEYS)).toBe(1)
  })

  test('SEC-040 what a handler changes in its caller does not reach the next request', async () => {
    const gate = await startTokenGate()
    const token = gate.token()
    const request = (): Request =>
      new Request(RESOURCE, { headers: { authorization: `Bearer ${token}` } })
    const first = await gate.gatehouse.authenticate(request())
    if (first instanceof Response) throw new Error('authenticate: refused')
    first.authInfo.scopes.push('admin')
    first.authInfo.clientId = 'other'
    const second = await gate.gatehouse.authenticate(request())
    expect(second).toMatchObject({ authInfo: { scopes: ['notes:read'], clientId: 'client-1' } })
  })
})
