import { describe, expect, test } from 'vitest'
import { createJwtVerifier } from '../../src/verifiers/index.ts'
import { encodeSegment, withSignature } from './support/token-forge.ts'
import { MALFORMED, startTokenGate, type TokenGate } from './support/token-gate.ts'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** What the verifier says about characters that a header field cannot carry. */
const verifyDirectly = (token: string): Promise<unknown> => createJwtVerifier([]).verify(token)

describe('SEC-025 a member that stands twice is refused', () => {
  const HEADERS: readonly (readonly [string, string])[] = [
    ['alg', '{"alg":"none","alg":"ES256","typ":"at+jwt","kid":"key-1"}'],
    ['alg, the good one first', '{"alg":"ES256","alg":"none","typ":"at+jwt","kid":"key-1"}'],
    ['alg with the same value', '{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"key-1"}'],
    ['alg in another spelling', '{"alg":"ES256","\\u0061lg":"ES256","typ":"at+jwt","kid":"key-1"}'],
    ['kid', '{"alg":"ES256","typ":"at+jwt","kid":"x","kid":"key-1"}'],
    ['crit', '{"alg":"ES256","typ":"at+jwt","kid":"key-1","crit":[],"crit":[]}'],
    ['__proto__', '{"alg":"ES256","kid":"key-1","__proto__":1,"__proto__":2}'],
    ['a member of a member', '{"alg":"ES256","kid":"key-1","x":{"a":1,"a":2}}'],
  ]

  test.each(HEADERS)('SEC-025 in the header: %s', async (_name, header) => {
    const gate = await startTokenGate()
    const token = gate.forge.sign(header, gate.claims())
    expect(await gate.ask(token)).toEqual(gate.refused('json'))
    expect(gate.issuer.requests).toEqual([])
  })

  const ADDITIONS: readonly (readonly [string, string])[] = [
    ['aud', '"aud":"https://evil.example.com"'],
    ['aud with the same value', '"aud":"https://h/mcp"'],
    ['aud after whitespace', '"aud"\t\n : "https://h/mcp"'],
    ['sub', '"sub":"mallory"'],
    ['exp', '"exp":4102444800'],
    ['scope in another spelling', '"sc\\u006fpe":"admin"'],
    ['a member of a claim in a list', '"x":[1,{"a":1,"b":{"c":1},"a":2}]'],
  ]

  test.each(ADDITIONS)('SEC-025 in the payload: %s', async (_name, addition) => {
    const gate = await startTokenGate()
    const payload = JSON.stringify(gate.claims()).replace(/\}$/, `,${addition}}`)
    const token = gate.forge.sign(gate.header(), payload)
    expect(await gate.ask(token)).toEqual(gate.refused('json'))
  })

  test('SEC-025 a forged token does not change how the members of another are read', async () => {
    const gate = await startTokenGate()
    const good = JSON.stringify(gate.claims()).replace('"aud"', '"au\\u0064"')
    const poison = JSON.stringify(gate.claims()).replace('"aud"', '"au\\\\"')
    const forged = withSignature(gate.header(), poison, Buffer.alloc(64, 1))
    for (let round = 0; round < 3; round += 1) {
      expect(await gate.ask(forged)).toMatchObject({ status: 401, handlerRan: false })
      expect(await gate.ask(gate.forge.sign(gate.header({ round }), good))).toEqual(gate.admitted())
    }
  })

  test('SEC-025 the same name in two objects, and as a value, is no duplicate', async () => {
    const gate = await startTokenGate()
    const claims = {
      a: { a: { a: 'a' } },
      b: [{ a: 1 }, { a: 2 }, 'a', 'a'],
      c: 'a":1,"a',
      d: ['a'],
    }
    expect(await gate.ask(gate.token(claims))).toEqual(gate.admitted())
  })
})

describe('SEC-026 a payload that is no JSON object in UTF-8 is refused', () => {
  const changed = (gate: TokenGate, from: string, to: string): string =>
    JSON.stringify(gate.claims()).replace(from, to)
  const PAYLOADS: readonly (readonly [string, (gate: TokenGate) => string | Uint8Array])[] = [
    [
      'a byte that UTF-8 never has',
      (gate) => Buffer.from(changed(gate, 'alice', 'al\u00FFce'), 'latin1'),
    ],
    ['an overlong slash', (gate) => spliced(gate, [0xc0, 0xaf])],
    ['a raw surrogate', (gate) => spliced(gate, [0xed, 0xa0, 0x80])],
    ['a cut-off character', (gate) => spliced(gate, [0xe2, 0x82])],
    ['UTF-16', (gate) => Buffer.from(JSON.stringify(gate.claims()), 'utf16le')],
    ['a byte order mark', (gate) => `\uFEFF${JSON.stringify(gate.claims())}`],
    ['a lone high surrogate', (gate) => changed(gate, 'alice', '\\ud800')],
    ['a lone low surrogate', (gate) => changed(gate, 'alice', '\\udc00x')],
    ['a lone surrogate in a name', (gate) => changed(gate, '"sub"', '"x\\ud800":1,"sub"')],
    ['a raw NUL in a string', (gate) => changed(gate, 'alice', 'al\0ice')],
    ['a NUL after the object', (gate) => `${JSON.stringify(gate.claims())}\0`],
    ['a NUL alone', () => '\0'],
    ['an array', (gate) => JSON.stringify([gate.claims()])],
    ['a string', () => '"alice"'],
    ['a number', () => '1'],
    ['true', () => 'true'],
    ['null', () => 'null'],
    ['an empty object', () => '{}'],
    ['an empty object after whitespace', () => ' \n{ }'],
    ['two objects', (gate) => JSON.stringify(gate.claims()).repeat(2)],
    ['a comment', (gate) => changed(gate, '{', '{/**/')],
    ['a comma at the end', (gate) => changed(gate, '}', ',}')],
    ['single quotes', () => "{'sub':'alice'}"],
  ]
  /** The claims with these bytes in the subject. */
  const spliced = (gate: TokenGate, bytes: readonly number[]): Uint8Array => {
    const [before = '', after = ''] = JSON.stringify(gate.claims()).split('alice')
    return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
  }

  test.each(PAYLOADS)('SEC-026 %s', async (_name, payloadOf) => {
    const gate = await startTokenGate()
    const token = gate.forge.sign(gate.header(), payloadOf(gate))
    expect(await gate.ask(token)).toEqual(gate.refused('json'))
    expect(gate.issuer.requests).toEqual([])
  })

  test('SEC-026 a header that is no JSON object is refused too', async () => {
    const gate = await startTokenGate()
    for (const header of ['{}', '[]', '"ES256"', 'null', '1', '\uFEFF{"alg":"ES256"}', '\0']) {
      const token = gate.forge.sign(header, gate.claims())
      expect(await gate.ask(token)).toEqual(gate.refused('json'))
    }
  })

  test('SEC-026 whitespace and any well-formed text pass', async () => {
    const gate = await startTokenGate()
    const payload = `\r\n\t ${JSON.stringify(gate.claims({ name: '😀 \u2028 é' }), null, 2)} \n`
    expect(await gate.ask(gate.forge.sign(gate.header(), payload))).toEqual(gate.admitted())
  })
})

describe('SEC-027 three segments of canonical base64url and nothing else', () => {
  type Spell = (segments: readonly [string, string, string]) => string
  // Allowed by the grammar of credentials (RFC 6750 §2.1), so they get as far as the verifier.
  const SPELLINGS: readonly (readonly [string, Spell])[] = [
    ['padding at the end', (s) => `${s.join('.')}=`],
    ['two padding characters', (s) => `${s.join('.')}==`],
    ['a plus', ([h, p, s]) => `${h}.${p}.+${s.slice(1)}`],
    ['a slash', ([h, p, s]) => `${h}.${p}./${s.slice(1)}`],
    ['a plus in the payload', ([h, p, s]) => `${h}.${p.slice(0, -4)}++++.${s}`],
    ['a tilde', ([h, p, s]) => `${h}~.${p}.${s}`],
    [
      'a character too many',
      ([h, p, s]) => `${h}.${p}.${s.padEnd(s.length + 5 - (s.length % 4), 'A')}`,
    ],
    ['one segment', ([h]) => h],
    ['two segments', ([h, p]) => `${h}.${p}`],
    ['four segments', (s) => `${s.join('.')}.${s[2]}`],
    ['five segments', (s) => `${s.join('.')}.${s[1]}.${s[2]}`],
    ['six segments', (s) => `${s.join('.')}.${s.join('.')}`],
    ['an empty header', ([, p, s]) => `.${p}.${s}`],
    ['an empty payload', ([h, , s]) => `${h}..${s}`],
    ['an empty signature', ([h, p]) => `${h}.${p}.`],
    ['dots alone', () => '..'],
    ['one dot', () => '.'],
    ['a dot before', (s) => `.${s.join('.')}`],
    ['a dot after', (s) => `${s.join('.')}.`],
  ]
  // Refused before the verifier sees them.
  const NO_CREDENTIALS: readonly (readonly [string, Spell])[] = [
    ['padding within', ([h, p, s]) => `${h}=.${p}.${s}`],
    ['a space', ([h, p, s]) => `${h}. ${p}.${s}`],
    ['a tab', ([h, p, s]) => `${h}.${p}.\t${s}`],
    ['a comma', ([h, p, s]) => `${h}.${p},${s}`],
    ['a percent sign', ([h, p, s]) => `${h}.${p}.${s}%3D`],
  ]
  // Not even a header field can carry these.
  const NO_FIELD: readonly (readonly [string, Spell])[] = [
    ['a newline', ([h, p, s]) => `${h}.\n${p}.${s}`],
    ['a newline at the end', (s) => `${s.join('.')}\n`],
    ['a letter that is no ASCII', ([h, p, s]) => `${h}.${p}.${s}Ａ`],
  ]
  const segmentsOf = (token: string): readonly [string, string, string] => {
    const [header = '', payload = '', signature = ''] = token.split('.')
    return [header, payload, signature]
  }

  test.each(SPELLINGS)('SEC-027 %s', async (_name, spell) => {
    const gate = await startTokenGate()
    const token = spell(segmentsOf(gate.token()))
    expect(await gate.ask(token)).toEqual(gate.refused('format'))
    expect(gate.issuer.requests).toEqual([])
  })

  test.each(NO_CREDENTIALS)('SEC-027 %s makes no credentials at all', async (_name, spell) => {
    const gate = await startTokenGate()
    const token = spell(segmentsOf(gate.token()))
    expect(await gate.ask(token)).toEqual(MALFORMED)
    expect(await verifyDirectly(token)).toEqual({ ok: false, reason: 'format' })
  })

  test.each(NO_FIELD)('SEC-027 %s', async (_name, spell) => {
    const gate = await startTokenGate()
    const token = spell(segmentsOf(gate.token()))
    expect(await verifyDirectly(token)).toEqual({ ok: false, reason: 'format' })
  })
})

describe('SEC-028 a token has one spelling', () => {
  /** All other last characters that decode to the same bytes. */
  const respellings = (segment: string): string[] => {
    const decoded = Buffer.from(segment, 'base64url')
    return BASE64URL.split('')
      .map((last) => segment.slice(0, -1) + last)
      .filter((other) => other !== segment && Buffer.from(other, 'base64url').equals(decoded))
  }

  test('SEC-028 AR is no way to write AQ', async () => {
    expect(respellings('AQ')).toContain('AR')
    expect(await verifyDirectly('AQ.AQ.AR')).toEqual({ ok: false, reason: 'format' })
    expect(await verifyDirectly('AQ.AQ.AQ')).toEqual({ ok: false, reason: 'json' })
  })

  test('SEC-028 a revoked token stays revoked, and a cached one is not found, in any other', async () => {
    const revoked = new Set<unknown>()
    const gate = await startTokenGate({ isRevoked: (_principal, { jti }) => revoked.has(jti) })
    let others = 0
    // Three lengths of header and payload, so that all remainders of base64url occur.
    for (const pad of ['', 'x', 'xx']) {
      const token = gate.token({ jti: `t${pad}` }, { pad })
      expect(await gate.ask(token)).toEqual(gate.admitted())
      revoked.add(`t${pad}`)
      expect(await gate.ask(token)).toEqual(gate.refused('revoked'))
      const segments = token.split('.')
      for (const [at, segment] of segments.entries()) {
        for (const other of respellings(segment)) {
          others += 1
          expect(await gate.ask(segments.with(at, other).join('.'))).toEqual(gate.refused('format'))
        }
      }
    }
    expect(others).toBeGreaterThan(40)
  })
})

describe('SEC-028 an ES256 token has a second signature', () => {
  // The order of P-256 (SP 800-186 §3.2.1.3): with s, n − s verifies too.
  const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const twin = (token: string): string => {
    const [header, payload, signature = ''] = token.split('.')
    const bytes = Buffer.from(signature, 'base64url')
    const s = ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
    bytes.write(s.toString(16).padStart(64, '0'), 32, 'hex')
    return `${header}.${payload}.${bytes.toString('base64url')}`
  }

  test('SEC-028 a revoked token stays revoked with it', async () => {
    const revoked = new Set<unknown>()
    const gate = await startTokenGate({ isRevoked: (_principal, { jti }) => revoked.has(jti) })
    const token = gate.token({ jti: 'one' })
    expect(await gate.ask(twin(token))).toEqual(gate.admitted())
    revoked.add('one')
    expect(await gate.ask(token)).toEqual(gate.refused('revoked'))
    expect(await gate.ask(twin(token))).toEqual(gate.refused('revoked'))
  })
})

describe('SEC-031 no other serialization is read', () => {
  test('SEC-031 flattened and general JSON are no credentials', async () => {
    const gate = await startTokenGate()
    const [header, payload, signature] = gate.token().split('.')
    const flattened = JSON.stringify({ payload, protected: header, signature })
    const general = JSON.stringify({ payload, signatures: [{ protected: header, signature }] })
    for (const json of [flattened, general]) {
      expect(await gate.ask(json)).toEqual(MALFORMED)
      expect(await verifyDirectly(json)).toEqual({ ok: false, reason: 'format' })
      expect(await gate.ask(encodeSegment(json))).toEqual(gate.refused('format'))
    }
  })

  test('SEC-031 a detached payload is refused', async () => {
    const gate = await startTokenGate()
    const [header, , signature] = gate.token().split('.')
    expect(await gate.ask(`${header}..${signature}`)).toEqual(gate.refused('format'))
  })

  test.each([false, true])('SEC-031 b64: %s is refused without crit too', async (b64) => {
    const gate = await startTokenGate()
    expect(await gate.ask(gate.token({}, { b64 }))).toEqual(gate.refused('format'))
  })

  test('SEC-031 an unencoded payload is refused', async () => {
    const gate = await startTokenGate()
    const [header, , signature] = gate.token({}, { b64: false, crit: ['b64'] }).split('.')
    expect(await gate.ask(`${header}.alice.${signature}`)).toEqual(gate.refused('format'))
  })
})
