import { base64url } from 'jose'
import type { TokenForm, TokenVerifier } from 'mcp-gatehouse'
import { describe, expect, test, vi } from 'vitest'
import { firstOf } from '../../../src/verifiers/public.ts'

/** A verifier that says who was asked. */
function named(name: string, ...recognizes: readonly TokenForm[]): TokenVerifier {
  return {
    verify: async () => ({ ok: true, value: { issuer: name, claims: {} } }),
    ...(recognizes.length > 0 && { recognizes }),
  }
}

const A = { form: 'jwt', issuer: 'https://a.example' } as const
const B = { form: 'jwt', issuer: 'https://b.example' } as const
const KEYS = { form: 'prefix', prefix: 'mgh_' } as const
const jwt = (claims: object, header: object = { alg: 'ES256' }): string =>
  [header, claims].map((part) => base64url.encode(JSON.stringify(part))).join('.') + '.c2ln'
const jwe = `${base64url.encode('{"alg":"ECDH-ES"}')}....`

async function asked(verifier: TokenVerifier, token: string): Promise<string> {
  const outcome = await verifier.verify(token)
  return outcome.ok ? outcome.value.issuer : outcome.reason
}

const everything = [
  named('opaque'),
  named('jwe', { form: 'jwe' }),
  named('keys', KEYS),
  named('a', A),
  named('b', B),
]
const TOKENS = [
  [jwt({ iss: A.issuer }), 'a'],
  [jwt({ iss: B.issuer }), 'b'],
  [jwt({ iss: `${A.issuer}/` }), 'iss'],
  [jwt({ iss: [A.issuer] }), 'iss'],
  [jwt({ sub: 'alice' }), 'iss'],
  [jwe, 'jwe'],
  ['mgh_x', 'keys'],
  ['MGH_x', 'opaque'],
  ['xmgh_x', 'opaque'],
  ['ya29.c.b0AX', 'opaque'],
  ['gho_16C7e42F292c6912E7710c838347Ae178B4a', 'opaque'],
  ['a.b.c.d.e', 'opaque'],
  ['eyJhbGciOiJFUzI1NiJ9', 'opaque'],
  ['eyJhbGciOiJFUzI1NiJ9.e30', 'opaque'],
] as const

describe('firstOf', () => {
  test.each(TOKENS)('asks for %s: %s, in whatever order they stand', async (token, name) => {
    expect(await asked(firstOf(everything), token)).toBe(name)
    expect(await asked(firstOf(everything.toReversed()), token)).toBe(name)
    // One of several is as good as all of them at once.
    const nested = firstOf([firstOf(everything.slice(0, 3)), ...everything.slice(3)])
    expect(await asked(nested, token)).toBe(name)
  })

  test('takes several prefixes of which none begins another', async () => {
    const live = named('live', { form: 'prefix', prefix: 'live_' })
    const both = firstOf([named('keys', KEYS), live, named('a', A)])
    expect(await asked(both, 'mgh_x')).toBe('keys')
    expect(await asked(both, 'live_x')).toBe('live')
    expect(await asked(both, 'undefined')).toBe('unrecognized')
  })

  test('says of a signed token that cannot be read why not', async () => {
    expect(await asked(firstOf(everything), 'eyJhbGciOiJFUzI1NiJ9.e30.AB')).toBe('format')
    expect(await asked(firstOf(everything), 'eyJhbGciOiJFUzI1NiJ9.W10.AAAA')).toBe('json')
  })

  test('has no issuers where no verifier names any', () => {
    expect(firstOf([named('opaque'), named('keys', KEYS)]).issuers).toEqual([])
  })

  test('takes no token that is nobody’s', async () => {
    expect(await asked(firstOf([named('keys', KEYS)]), 'opaque')).toBe('unrecognized')
    expect(await asked(firstOf([named('keys', KEYS)]), jwt({ iss: A.issuer }))).toBe('unrecognized')
    expect(await asked(firstOf([named('a', A)]), jwe)).toBe('unrecognized')
  })

  test('has opaque JWTs where nobody verifies any, such as for introspection', async () => {
    const both = firstOf([named('introspection'), named('keys', KEYS)])
    expect(await asked(both, jwt({ iss: A.issuer }))).toBe('introspection')
    expect(await asked(both, jwe)).toBe('introspection')
  })

  test('warms all of them up, and none where one cannot', async () => {
    const one = vi.fn<() => Promise<void>>().mockResolvedValue()
    const two = vi.fn<() => Promise<void>>().mockResolvedValue()
    const all = firstOf([
      { ...named('a', A), warmUp: one },
      { ...named('b', B), warmUp: two },
      named('keys', KEYS),
    ])
    await all.warmUp?.()
    expect([one, two].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
    two.mockRejectedValueOnce(new Error('down'))
    await expect(all.warmUp?.()).rejects.toThrow('down')
  })

  test('hands on whose keys are to be forgotten, and the issuers of all', () => {
    const purgeKeys = vi.fn<(issuer?: string) => void>()
    const one = { ...named('a', A), purgeKeys, issuers: ['https://h'] }
    const all = firstOf([one, { ...named('keys', KEYS), issuers: ['https://h', 'https://i'] }])
    all.purgeKeys?.(A.issuer)
    expect(purgeKeys).toHaveBeenCalledExactlyOnceWith(A.issuer)
    expect(all.issuers).toEqual(['https://h', 'https://i'])
  })

  test.each<[string, readonly TokenVerifier[], string]>([
    ['two opaque ones', [named('a'), named('b')], 'opaque tokens'],
    [
      'one that says so and one that does not',
      [named('a'), named('b', { form: 'opaque' })],
      'opaque',
    ],
    ['two for one issuer', [named('a', A), named('b', B, A)], 'signed tokens of https://a.example'],
    [
      'two for encrypted ones',
      [named('a', { form: 'jwe' }), named('b', { form: 'jwe' })],
      'encrypted',
    ],
    ['two of one prefix', [named('a', KEYS), named('b', KEYS)], 'the prefix mgh_'],
    [
      'a prefix that another begins with',
      [named('a', KEYS), named('b', { form: 'prefix', prefix: 'mgh_live_' })],
      'the prefix mgh_live_',
    ],
  ])('refuses %s', (_name, verifiers, what) => {
    const refusal = expect.objectContaining({
      name: 'ConfigError',
      code: 'ERR_CONFIG_OPTIONS_CONFLICT',
      message: expect.stringContaining(what),
    })
    expect(() => firstOf(verifiers)).toThrow(refusal)
    expect(() => firstOf(verifiers.toReversed())).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' }),
    )
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no verifiers', []],
    ['one alone', named('a', A)],
    ['a hole', [undefined]],
    ['a function', [async () => undefined]],
    ['a form that does not exist', [{ ...named('a'), recognizes: [{ form: 'JWT' }] }]],
    ['a JWT of nobody', [{ ...named('a'), recognizes: [{ form: 'jwt' }] }]],
    ['a prefix that is no text', [{ ...named('a'), recognizes: [{ form: 'prefix', prefix: 7 }] }]],
    ['no form', [{ ...named('a'), recognizes: [null] }]],
    ['one of two forms', [{ ...named('a'), recognizes: [A, { form: 'JWT' }] }]],
    ['an empty prefix', [{ ...named('a'), recognizes: [{ form: 'prefix', prefix: '' }] }]],
    ['an empty list of forms', [{ ...named('a'), recognizes: [] }]],
    ['a function for forms', [{ ...named('a'), recognizes: () => true }]],
  ])('refuses %s', (_name, verifiers) => {
    expect(() => firstOf(verifiers as never)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'ERR_CONFIG_OPTION_TYPE' }),
    )
  })
})
