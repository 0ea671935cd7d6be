import { describe, expect, test } from 'vitest'
import { generateKey, type StoredKey } from '../../src/keys/index.ts'
import { encrypt, forgeJwe, startJweGate } from './support/jwe-gate.ts'

const rsa = await generateKey({ use: 'encryption' })
const ec = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
const keys = [rsa, { ...ec, status: 'previous' } satisfies StoredKey]
const head = (changes: object = {}): Readonly<Record<string, unknown>> => ({
  alg: 'RSA-OAEP-256',
  enc: 'A256GCM',
  kid: rsa.kid,
  cty: 'JWT',
  ...changes,
})

describe('SEC-045 what was only encrypted is nobody’s', () => {
  test('SEC-045 claims encrypted with the published keys', async () => {
    const gate = await startJweGate({ keys })
    const { keys: published } = await gate.ring.publicJwks()
    expect(published.map(({ d }) => d)).toEqual([undefined, undefined])
    for (const key of published) {
      for (const cty of ['JWT', 'none'] as const) {
        const token = await encrypt(JSON.stringify(gate.claims({ role: 'admin' })), key, cty)
        expect(await gate.ask(token)).toEqual(gate.refused('unsigned_jwe'))
      }
    }
  })

  test.each(['', 'admin', 'a.b', '{}', '[]', 'null', 'a.b.c.d', '\0'])(
    'SEC-045 %j encrypted with the published key',
    async (content) => {
      const gate = await startJweGate({ keys })
      const reason = content === '' ? 'format' : 'unsigned_jwe'
      expect(await gate.ask(forgeJwe(head(), content, rsa))).toEqual(gate.refused(reason))
    },
  )

  test('SEC-045 an unsecured token, and one of another key, are refused as they are alone', async () => {
    const gate = await startJweGate({ keys })
    const unsecured = `${gate.token({}, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`
    expect(await gate.ask(await encrypt(unsecured, rsa))).toEqual(gate.refused('alg'))
    const [, payload = ''] = gate.token().split('.')
    const [header, , signature] = gate.token({ sub: 'mallory' }).split('.')
    const forged = `${header}.${payload}.${signature}`
    expect(await gate.ask(await encrypt(forged, rsa))).toEqual(gate.refused('sig'))
    const foreign = gate.token({ iss: 'https://evil.example.com' })
    expect(await gate.ask(await encrypt(foreign, rsa))).toEqual(gate.refused('iss'))
  })

  test('SEC-045 a signed token is checked like any other', async () => {
    const gate = await startJweGate({ keys })
    const now = gate.clock.now()
    expect(await gate.ask(await encrypt(gate.token(), ec))).toEqual(gate.admitted())
    const changes = [
      ['aud', { aud: 'https://other.example.com' }],
      ['exp', { exp: now - 31, iat: now - 100 }],
      ['exp', { exp: undefined }],
      ['iat', { iat: undefined }],
      ['iat', { iat: now + 31 }],
      ['nbf', { nbf: now + 31 }],
      ['lifetime', { exp: now + 86_401 }],
      ['lifetime', { exp: now + 30 * 31_536_000 }],
      ['lifetime', { exp: now, iat: now }],
      ['typ', { token_use: 'id' }],
    ] as const
    for (const [reason, claims] of changes) {
      const header = reason === 'typ' ? { typ: 'JWT' } : {}
      const token = await encrypt(gate.token(claims, header), rsa)
      expect([claims, await gate.ask(token)]).toEqual([claims, gate.refused(reason)])
    }
  })

  test('SEC-045 the encryption alone counts where that was asked for', async () => {
    const gate = await startJweGate({ keys, isUnsigned: true })
    const claims = (changes: object = {}): string => JSON.stringify(gate.claims({ ...changes }))
    expect(await gate.ask(await encrypt(claims(), rsa))).toEqual(gate.admitted())
    expect(await gate.ask(await encrypt(claims({ iss: undefined }), rsa))).toEqual(gate.admitted())
    const other = await encrypt(claims({ iss: 'https://evil.example.com' }), rsa)
    expect(await gate.ask(other)).toEqual(gate.refused('iss'))
    const foreign = await encrypt(claims({ aud: 'x' }), rsa)
    expect(await gate.ask(foreign)).toEqual(gate.refused('aud'))
    expect(await gate.ask(await encrypt('[]', rsa))).toEqual(gate.refused('json'))
    expect(await gate.ask(await encrypt(other, rsa))).toEqual(gate.refused('nesting'))
  })
})

describe('SEC-046 a token is nested once', () => {
  test('SEC-046 depths 2 to 50', async () => {
    const gate = await startJweGate({ keys })
    const reasons: unknown[] = []
    let token = await encrypt(gate.token(), ec)
    // Each one is a third longer: after ten, only the size is looked at, of ever longer tokens.
    for (let depth = 2; depth <= 50; depth += 1) {
      token = depth <= 20 ? await encrypt(token, ec) : `${token.replace(/\.[^.]*$/, '')}AAAA.AAAA`
      const { audit } = await gate.ask(token)
      reasons.push(audit[1])
    }
    const first = reasons.indexOf('size')
    expect(first).toBeGreaterThan(4)
    expect(new Set(reasons.slice(0, first))).toEqual(new Set(['nesting']))
    expect(new Set(reasons.slice(first))).toEqual(new Set(['size']))
    expect(reasons).toHaveLength(49)
  })

  test('SEC-046 a signed token in a signed token, and an encrypted one in a signed one', async () => {
    const gate = await startJweGate({ keys })
    const header = gate.header({ cty: 'JWT' })
    for (const content of [gate.token(), await encrypt(gate.token(), rsa)]) {
      const signed = gate.forge.sign(header, content)
      expect(await gate.ask(await encrypt(signed, rsa))).toEqual(gate.refused('nesting'))
      expect(await gate.ask(signed)).toEqual(gate.refused('not_encrypted'))
    }
    expect(await gate.ask(gate.token())).toEqual(gate.refused('not_encrypted'))
  })

  test.each(['JWT', 'jwt', 'Jwt', 'application/jwt', 'at+jwt', undefined])(
    'SEC-046 cty %s names a token',
    async (cty) => {
      const gate = await startJweGate({ keys })
      expect(await gate.ask(forgeJwe(head({ cty }), gate.token(), rsa))).toEqual(gate.admitted())
    },
  )

  test.each(['', 'JWE', 'json', 'application/json', 'JWT ', 'text/jwt', null, 1, ['JWT'], {}])(
    'SEC-046 cty %j does not',
    async (cty) => {
      const gate = await startJweGate({ keys })
      const token = forgeJwe(head({ cty }), gate.token(), rsa)
      expect(await gate.ask(token)).toEqual(gate.refused('nesting'))
    },
  )
})

describe('SEC-049 claims that the header repeats', () => {
  test.each([
    ['iss', 'https://evil.example.com'],
    ['iss', null],
    ['aud', 'https://other.example.com'],
    ['aud', ['https://h/mcp']],
    ['aud', []],
    ['sub', 'mallory'],
    ['sub', ''],
  ])('SEC-049 %s of the header is %j', async (name, value) => {
    const gate = await startJweGate({ keys })
    const token = forgeJwe(head({ [name]: value }), gate.token(), rsa)
    expect(await gate.ask(token)).toEqual(gate.refused('replicated'))
  })

  test('SEC-049 the same ones are accepted, and one that the token lacks is not', async () => {
    const gate = await startJweGate({ keys })
    const { iss, sub, aud } = gate.claims()
    const same = forgeJwe(head({ iss, sub, aud }), gate.token(), rsa)
    expect(await gate.ask(same)).toEqual(gate.admitted())
    const lacking = forgeJwe(head({ sub }), gate.token({ sub: undefined }), rsa)
    expect(await gate.ask(lacking)).toEqual(gate.refused('replicated'))
  })
})

describe('SEC-050 the key that kid names, and no other', () => {
  test('SEC-050 an old key until it leaves the ring', async () => {
    const gate = await startJweGate({ keys })
    const old = await encrypt(gate.token(), ec)
    expect(await gate.ask(old)).toEqual(gate.admitted())
    gate.source.keys = [rsa]
    gate.clock.pass(59)
    expect(await gate.ask(old)).toEqual(gate.admitted())
    expect(await gate.ask(await encrypt(gate.token(), ec))).toEqual(gate.refused('kid'))
    gate.clock.pass(1)
    expect(await gate.ask(old)).toEqual(gate.refused('kid'))
    expect(await gate.ask(await encrypt(gate.token(), rsa))).toEqual(gate.admitted())
  })

  test.each([
    ['absent', undefined],
    ['unknown', 'unknown'],
    ['empty', ''],
    ['of a key that was retired', ec.kid],
    ['a number', 1],
    ['null', null],
    ['a list', [rsa.kid]],
    ['__proto__', '__proto__'],
  ])('SEC-050 kid %s on a token for the only key', async (_name, kid) => {
    const gate = await startJweGate({ keys: [rsa] })
    expect(await gate.ask(forgeJwe(head({ kid }), gate.token(), rsa))).toEqual(gate.refused('kid'))
  })

  test('SEC-050 with several keys, that of another kid is not tried', async () => {
    const second = await generateKey({ use: 'encryption', status: 'previous' })
    const gate = await startJweGate({ keys: [rsa, second] })
    const token = forgeJwe(head({ kid: second.kid }), gate.token(), rsa)
    expect(await gate.ask(token)).toEqual(gate.refused('decrypt'))
  })
})
