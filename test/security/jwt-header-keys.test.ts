import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { selfSign } from './support/self-signed-certificate.ts'
import { spyOnSockets } from './support/socket-spy.ts'
import { createForge, type Forge } from './support/token-forge.ts'
import {
  KEYS,
  METADATA,
  startIssuer,
  startTokenGate,
  type TokenGate,
} from './support/token-gate.ts'

/** A token of the attacker, whose own header brings the key along. */
function forgedBy(attacker: Forge, gate: TokenGate, header: object): string {
  return attacker.sign(gate.header({ alg: attacker.alg, ...header }), gate.claims())
}

describe('SEC-006 a key in the header is not used', () => {
  test.each([
    ['our kid', 'key-1', 'sig'],
    ['no kid', undefined, 'sig'],
    ['a kid of its own', 'attacker', 'kid'],
  ] as const)('SEC-006 jwk with %s', async (_name, kid, reason) => {
    const gate = await startTokenGate()
    const attacker = createForge('attacker')
    const token = forgedBy(attacker, gate, { kid, jwk: attacker.jwk })
    expect(await gate.ask(token)).toEqual(gate.refused(reason))
  })

  test('SEC-006 a jwk beside a good signature changes nothing', async () => {
    const gate = await startTokenGate()
    const token = gate.token({}, { jwk: createForge('attacker').jwk })
    expect(await gate.ask(token)).toEqual(gate.admitted())
  })
})

describe('SEC-007 a URL or a certificate in the header is not followed', () => {
  const publish = async (
    attacker: Forge,
  ): Promise<{ url: string; requests: readonly unknown[] }> => {
    const server = await startIssuer()
    server.jwks.keys.splice(0, Infinity, attacker.jwk)
    return { url: server.jwksUri, requests: server.requests }
  }
  type Header = (url: string, gate: TokenGate, attacker: Forge) => object
  const HEADERS: readonly (readonly [string, Header])[] = [
    ['jku of the attacker', (url) => ({ jku: url })],
    ['x5u of the attacker', (url) => ({ x5u: url })],
    ['jku of an internal address', () => ({ jku: 'http://169.254.169.254/latest/meta-data' })],
    ['x5u of an internal address', () => ({ x5u: 'http://169.254.169.254/latest/meta-data' })],
    ['jku with an open redirect', (url, { issuer }) => ({ jku: `${issuer.issuer}/go?to=${url}` })],
    ['x5u with an open redirect', (url, { issuer }) => ({ x5u: `${issuer.issuer}/go?to=${url}` })],
    ['a self-signed x5c', (_url, _gate, attacker) => ({ x5c: [selfSign(attacker)] })],
    ['all of them', (url, _gate, forge) => ({ jku: url, x5u: url, x5c: [selfSign(forge)] })],
  ]

  test.each(HEADERS)('SEC-007 %s', async (_name, headerOf) => {
    const gate = await startTokenGate()
    const attacker = createForge(gate.forge.kid)
    const { url, requests } = await publish(attacker)
    gate.issuer.respond(`/go?to=${url}`, { status: 302, headers: { Location: url } })
    await gate.gatehouse.warmUp()
    const reads = gate.issuer.requests.length
    const sockets = spyOnSockets()

    const token = forgedBy(attacker, gate, headerOf(url, gate, attacker))
    expect(await gate.ask(token)).toEqual(gate.refused('sig'))
    expect([sockets.opened, requests.length]).toEqual([0, 0])
    expect(gate.issuer.requests).toHaveLength(reads)
  })

  test('SEC-007 the certificate of these tests is one that a chain check could accept', () => {
    const attacker = createForge('attacker')
    const certificate = new X509Certificate(Buffer.from(selfSign(attacker), 'base64'))
    expect(certificate.verify(attacker.publicKey)).toBe(true)
  })

  test('SEC-007 the socket spy sees the requests of fetch', async () => {
    const { url } = await publish(createForge('attacker'))
    const sockets = spyOnSockets()
    await fetch(url)
    expect(sockets.opened).toBe(1)
  })
})

describe('SEC-008 a kid is looked up and nothing else', () => {
  const UNKNOWN_KIDS: readonly (readonly [string, string])[] = [
    ['a path', '../../dev/null'],
    ['SQL', "' OR 1=1--"],
    ['a file URL', 'file:///x'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['toString', 'toString'],
    ['4 KiB', 'k'.repeat(4_096)],
    ['NUL', 'key-1\0'],
    ['CR LF', 'key-1\r\nSet-Cookie: a=b'],
  ]

  test.each(UNKNOWN_KIDS)('SEC-008 kid: %s', async (_name, kid) => {
    const gate = await startTokenGate()
    await gate.gatehouse.warmUp()
    gate.clock.pass(31)
    expect(await gate.ask(gate.token({}, { kid }))).toEqual(gate.refused('kid'))
    expect(gate.issuer.requests.map(({ path }) => path)).toEqual([METADATA, KEYS, KEYS])
    expect(JSON.stringify(gate.events)).not.toContain(JSON.stringify(kid).slice(1, -1))
  })

  const WRONG_KIDS: readonly (readonly [string, unknown])[] = [
    ['a number', 1],
    ['an array', ['key-1']],
    ['an object', { toString: 'key-1' }],
    ['null', null],
    ['a boolean', true],
  ]

  test.each(WRONG_KIDS)('SEC-008 kid: %s, refused before a look-up', async (_name, kid) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({}, { kid }))).toEqual(gate.refused('kid'))
    expect(gate.issuer.requests).toEqual([])
  })

  test('SEC-008 a published kid may look like anything', async () => {
    const gate = await startTokenGate()
    const odd = createForge('__proto__')
    gate.issuer.jwks.keys.push(odd.jwk)
    const token = odd.sign(gate.header({ kid: '__proto__' }), gate.claims())
    expect(await gate.ask(token)).toEqual(gate.admitted())
  })
})

describe('SEC-009 keys belong to the issuer that published them', () => {
  test('SEC-009 B signs with the kid that A publishes too, in the name of A', async () => {
    const [a, b] = [await startIssuer(), await startIssuer()]
    const gate = await startTokenGate({ issuer: a, authorizationServers: [a.issuer, b.issuer] })
    const forgeOfB = createForge(gate.forge.kid)
    b.jwks.keys.splice(0, Infinity, forgeOfB.jwk)

    const honest = forgeOfB.sign(gate.header(), gate.claims({ iss: b.issuer }))
    expect(await gate.ask(honest)).toEqual(gate.admitted())
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    const inTheNameOfA = forgeOfB.sign(gate.header(), gate.claims())
    expect(await gate.ask(inTheNameOfA)).toEqual(gate.refused('sig'))
    const inTheNameOfB = gate.token({ iss: b.issuer })
    expect(await gate.ask(inTheNameOfB)).toEqual(gate.refused('sig'))
  })
})

describe('SEC-010 a token without kid', () => {
  async function startWithKeys(count: number, allowKeyTrial?: boolean): Promise<TokenGate> {
    const gate = await startTokenGate(
      allowKeyTrial === undefined ? {} : { server: { allowKeyTrial } },
    )
    const others = Array.from({ length: count - 1 }, (_, n) => createForge(`key-${n + 2}`).jwk)
    // Ours is the last one that is tried.
    gate.issuer.jwks.keys.unshift(...others)
    return gate
  }

  test('SEC-010 is admitted where one key fits', async () => {
    const gate = await startWithKeys(1)
    gate.issuer.jwks.keys.push(createForge('rsa', 'RS256').jwk)
    expect(await gate.ask(gate.token({}, { kid: undefined }))).toEqual(gate.admitted())
  })

  test.each([2, 4, 5])('SEC-010 is refused where %i keys fit', async (count) => {
    const gate = await startWithKeys(count)
    expect(await gate.ask(gate.token({}, { kid: undefined }))).toEqual(
      gate.refused('kid_ambiguous'),
    )
  })

  test.each([2, 4])('SEC-010 is tried with %i keys where that is allowed', async (count) => {
    const gate = await startWithKeys(count, true)
    expect(await gate.ask(gate.token({}, { kid: undefined }))).toEqual(gate.admitted())
    const forged = createForge('other').sign(gate.header({ kid: undefined }), gate.claims())
    expect(await gate.ask(forged)).toEqual(gate.refused('sig'))
  })

  test('SEC-010 is never tried with more than four', async () => {
    const gate = await startWithKeys(5, true)
    expect(await gate.ask(gate.token({}, { kid: undefined }))).toEqual(
      gate.refused('kid_ambiguous'),
    )
  })

  test('SEC-010 two keys under one kid are as ambiguous as none', async () => {
    const gate = await startTokenGate()
    gate.issuer.jwks.keys.push(createForge(gate.forge.kid).jwk)
    expect(await gate.ask(gate.token())).toEqual(gate.refused('kid_ambiguous'))
  })
})
