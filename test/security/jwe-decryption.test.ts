import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, test } from 'vitest'
import { generateKey, type StoredKey } from '../../src/keys/index.ts'
import { encrypt, flip, forgeJwe, publicOf, startJweGate, withSegment } from './support/jwe-gate.ts'

const rsa = await generateKey({ use: 'encryption' })
const ec = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
const p384 = await generateKeyPair('ECDH-ES', { crv: 'P-384' })
const otherCurve = await exportJWK(p384.publicKey)
const keys = [rsa, { ...ec, status: 'previous' } satisfies StoredKey]
const head = (changes: object = {}): Readonly<Record<string, unknown>> => ({
  alg: 'RSA-OAEP-256',
  enc: 'A256GCM',
  kid: rsa.kid,
  cty: 'JWT',
  ...changes,
})

describe('SEC-042 no padding can be told from another', () => {
  test.each(['RSA1_5', 'rsa1_5', 'RSA-OAEP', 'RSA-OAEP-512', 'dir', 'PBES2-HS256+A128KW', '', 1])(
    'SEC-042 alg %s is refused by the list, whatever the padding',
    async (alg) => {
      const gate = await startJweGate({ keys })
      const padding = alg === 'RSA1_5' || alg === 'RSA-OAEP' ? alg : 'RSA-OAEP-256'
      const token = forgeJwe(head({ alg, p2c: 10_000_000, p2s: 'AAAA' }), gate.token(), rsa, {
        padding,
      })
      expect(await gate.ask(token)).toEqual(gate.refused('alg'))
      expect(await gate.ask(flip(token, 1))).toEqual(gate.refused('alg'))
      expect(await gate.ask(withSegment(token, 1, ''))).toEqual(gate.refused('alg'))
    },
  )

  test.each(['A128GCM', 'A192GCM', 'A128CBC-HS256', 'A256CBC-HS512', 'a256gcm', undefined, null])(
    'SEC-042 enc %s is refused by the list',
    async (enc) => {
      const gate = await startJweGate({ keys })
      expect(await gate.ask(forgeJwe(head({ enc }), gate.token(), rsa))).toEqual(
        gate.refused('enc'),
      )
    },
  )

  test('SEC-042 RSA-OAEP is accepted where it is allowed, for a key that is marked for it', async () => {
    const legacy = { ...rsa, alg: 'RSA-OAEP' }
    const header = head({ alg: 'RSA-OAEP' })
    const allowed = await startJweGate({ keys: [legacy], verifier: { allowLegacyRsaOaep: true } })
    const token = forgeJwe(header, allowed.token(), rsa, { padding: 'RSA-OAEP' })
    expect(await allowed.ask(token)).toEqual(allowed.admitted())
    const other = await startJweGate({ keys, verifier: { allowLegacyRsaOaep: true } })
    expect(await other.ask(token)).toEqual(other.refused('alg'))
    const refusing = await startJweGate({ keys: [legacy] })
    expect(await refusing.ask(token)).toEqual(refusing.refused('alg'))
  })

  test('SEC-042 every decrypt failure is the same answer for the same reason', async () => {
    const gate = await startJweGate({ keys })
    const token = forgeJwe(head(), gate.token(), rsa)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    const broken = [
      flip(token, 1),
      flip(token, 2),
      flip(token, 3),
      flip(token, 4),
      withSegment(token, 1, ''),
      withSegment(token, 1, randomBytes(384).toString('base64url')),
      withSegment(token, 1, randomBytes(16).toString('base64url')),
      withSegment(token, 1, Buffer.alloc(384, 0xff).toString('base64url')),
      withSegment(token, 2, randomBytes(16).toString('base64url')),
      withSegment(token, 4, randomBytes(12).toString('base64url')),
      forgeJwe(head(), gate.token(), rsa, { padding: 'RSA1_5' }),
      forgeJwe(head(), gate.token(), rsa, { padding: 'RSA-OAEP' }),
      forgeJwe(head(), gate.token(), rsa, { cek: randomBytes(16) }),
      forgeJwe(head(), gate.token(), rsa, { cek: randomBytes(64) }),
      withSegment(token, 0, forgeJwe(head({ x: 1 }), '{}', rsa).split('.')[0] ?? ''),
    ]
    for (const one of broken) expect(await gate.ask(one)).toEqual(gate.refused('decrypt'))
  })

  test('SEC-042 a wrong padding takes as long as a wrong tag', async () => {
    const gate = await startJweGate({ keys })
    const token = forgeJwe(head(), gate.token(), rsa)
    const tokens = [flip(token, 1), flip(token, 4)]
    const times: number[][] = [[], []]
    // In turns, so that whatever else the machine does slows both.
    for (let run = 0; run < 160; run += 1) {
      const start = performance.now()
      const outcome = await gate.verifier.verify(tokens[run % 2] ?? '')
      times[run % 2]?.push(performance.now() - start)
      expect(outcome).toEqual({ ok: false, reason: 'decrypt' })
    }
    const [padding = 0, tag = 1] = times.map((all) => all.toSorted((x, y) => x - y)[40] ?? 0)
    const ratio = padding / tag
    expect(ratio).toBeGreaterThan(1 / 3)
    expect(ratio).toBeLessThan(3)
  })
})

describe('SEC-044 compressed content is not inflated', () => {
  test('SEC-044 zip is refused before the key is used', async () => {
    const gate = await startJweGate({ keys })
    const bomb = deflateRawSync(Buffer.alloc(8_000_000))
    const token = forgeJwe(head({ zip: 'DEF' }), bomb, rsa)
    expect(token.length).toBeLessThan(12_288)
    expect(await gate.ask(token)).toEqual(gate.refused('zip'))
    expect(await gate.ask(flip(token, 1))).toEqual(gate.refused('zip'))
    const small = forgeJwe(head({ zip: 'DEF' }), deflateRawSync(gate.token()), rsa)
    expect(await gate.ask(small)).toEqual(gate.refused('zip'))
    for (const zip of ['def', '', null, false]) {
      expect(await gate.ask(forgeJwe(head({ zip }), gate.token(), rsa))).toEqual(
        gate.refused('zip'),
      )
    }
  })

  test('SEC-044 200 MB in 200 KB are refused for their size, and take no memory', async () => {
    const gate = await startJweGate({ keys })
    const token = forgeJwe(head({ zip: 'DEF' }), deflateRawSync(Buffer.alloc(200_000_000)), rsa)
    const small = forgeJwe(head({ zip: 'DEF' }), deflateRawSync(Buffer.alloc(8_000_000)), rsa)
    await gate.verifier.verify(small)
    const before = process.memoryUsage.rss()
    for (let run = 0; run < 20; run += 1) {
      expect(await gate.verifier.verify(token)).toEqual({ ok: false, reason: 'size' })
      expect(await gate.verifier.verify(small)).toEqual({ ok: false, reason: 'zip' })
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(5_000_000)
  })

  test('SEC-044 crit is refused', async () => {
    const gate = await startJweGate({ keys })
    for (const crit of [['zip'], ['b64'], []]) {
      const token = forgeJwe(head({ crit }), gate.token(), rsa)
      expect(await gate.ask(token)).toEqual(gate.refused('crit'))
    }
  })
})

describe('SEC-047 an ephemeral key that is no point of our curve', () => {
  const header = (epk: unknown, alg = 'ECDH-ES+A256KW'): object => ({
    alg,
    enc: 'A256GCM',
    kid: ec.kid,
    cty: 'JWT',
    epk,
  })
  const encode = (content: object): string =>
    Buffer.from(JSON.stringify(content)).toString('base64url')
  const point = (): string => randomBytes(32).toString('base64url')
  const zero = Buffer.alloc(32).toString('base64url')
  const good = publicOf(ec)
  const { y = '' } = good
  const EPHEMERAL: readonly (readonly [string, unknown])[] = [
    ['absent', undefined],
    ['null', null],
    ['a text', 'AAAA'],
    ['a list', [good]],
    ['empty', {}],
    ['infinity', { ...good, x: zero, y: zero }],
    ['off curve', { ...good, y: point() }],
    ['off curve by one bit', { ...good, y: (y.startsWith('A') ? 'B' : 'A') + y.slice(1) }],
    ['no coordinates', { kty: 'EC', crv: 'P-256' }],
    ['no y', { kty: 'EC', crv: 'P-256', x: good.x }],
    ['short coordinates', { ...good, x: 'AA', y: 'AA' }],
    ['long coordinates', { ...good, x: 'A'.repeat(4_000) }],
    ['crv P-384', { ...good, crv: 'P-384' }],
    ['a point of P-384', publicOf(otherCurve)],
    ['crv secp256k1', { ...good, crv: 'secp256k1' }],
    ['crv absent', { ...good, crv: undefined }],
    ['kty OKP', { kty: 'OKP', crv: 'X25519', x: zero }],
    ['kty oct', { kty: 'oct', k: zero }],
    ['kty RSA', publicOf(rsa)],
    ['our own private key', { ...good, d: ec.d }],
  ]

  test.each(EPHEMERAL)('SEC-047 epk %s', async (_name, epk) => {
    const gate = await startJweGate({ keys })
    const token = await encrypt(gate.token(), ec)
    const forged = withSegment(token, 0, encode(header(epk)))
    expect(await gate.ask(forged)).toEqual(gate.refused('epk'))
  })

  test('SEC-047 a good point of somebody else is a decrypt failure like any other', async () => {
    const gate = await startJweGate({ keys })
    const token = await encrypt(gate.token(), ec)
    const other = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
    const forged = withSegment(token, 0, encode(header(publicOf(other))))
    expect(await gate.ask(forged)).toEqual(gate.refused('decrypt'))
    const direct = withSegment(token, 0, encode(header(publicOf(other), 'ECDH-ES')))
    expect(await gate.ask(direct)).toEqual(gate.refused('alg'))
  })

  test('SEC-047 10,000 malformed keys: one answer, and the good one is accepted after them', async () => {
    const gate = await startJweGate({ keys })
    const token = await encrypt(gate.token(), ec)
    const [, ...rest] = token.split('.')
    const outcomes = new Set<string>()
    for (let run = 0; run < 10_000; run += 1) {
      const epk =
        run % 2 === 0 ? { ...good, x: point(), y: point() } : EPHEMERAL[run % EPHEMERAL.length]?.[1]
      const forged = [encode(header(epk)), ...rest].join('.')
      outcomes.add(JSON.stringify(await gate.verifier.verify(forged)))
    }
    expect([...outcomes]).toEqual(['{"ok":false,"reason":"epk"}'])
    expect(await gate.ask(token)).toEqual(gate.admitted())
  })
})
