import { type AuditEvent, UpstreamError } from 'mcp-gatehouse'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createKeyRing, generateKey } from '../../../src/keys/index.ts'
import { accept, refuse, type TokenVerifier } from '../../../src/verifiers/index.ts'
import { type JweVerifierOptions, jweVerifier } from '../../../src/verifiers/public.ts'
import * as fc from '../../fuzz/fast-check.ts'
import { encrypt } from '../../security/support/jwe-gate.ts'
import { createTestClock } from '../../security/support/test-clock.ts'
import { encodeSegment } from '../../security/support/token-forge.ts'
import { createTestSource } from '../keys/support.ts'

const ISSUER = 'https://id.example.com'
const clock = createTestClock()
const now = clock.now()
const key = await generateKey({ use: 'encryption', alg: 'ECDH-ES+A256KW' })
const keys = await createKeyRing({ use: 'encryption', source: createTestSource(key), clock })
const signing = await createKeyRing({
  use: 'signing',
  source: createTestSource(await generateKey({ use: 'signing' })),
  clock,
})
const claims = { iss: ISSUER, sub: 'alice', iat: now, exp: now + 300 }

/** Vouches for everything, and keeps what it was given. */
function createNested(
  vouched: object = claims,
  cacheUntil?: number,
): TokenVerifier & { readonly given: readonly string[] } {
  const given: string[] = []
  return {
    given,
    async verify(token) {
      given.push(token)
      return accept({ issuer: ISSUER, claims: { ...vouched }, cacheUntil })
    },
  }
}

const SIGNED = `${encodeSegment({ alg: 'ES256' })}.${encodeSegment(claims)}.AAAA`

describe('options', () => {
  const nested = createNested()
  const unsigned = { keys, allowUnsignedJwe: true, issuer: ISSUER, publishesKey: false }
  const MISTAKES: readonly (readonly [string, object, string])[] = [
    ['no keys', { nested }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a signing ring', { keys: signing, nested }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no nested verifier', { keys }, 'ERR_CONFIG_OPTION_TYPE'],
    ['a nested verifier that is none', { keys, nested: {} }, 'ERR_CONFIG_OPTION_TYPE'],
    ['no lifetime', { keys, nested, maxLifetimeSeconds: 0 }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['NaN', { keys, nested, maxLifetimeSeconds: Number.NaN }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['Infinity', { keys, nested, maxLifetimeSeconds: Infinity }, 'ERR_CONFIG_NUMBER_RANGE'],
    ['a misspelt option', { keys, nested, unwrap: true }, 'ERR_CONFIG_OPTION_UNKNOWN'],
    ['both contents', { ...unsigned, nested }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    ['unsigned, half said', { keys, nested, publishesKey: true }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    ['unsigned, published', { ...unsigned, publishesKey: true }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    ['published or not', { ...unsigned, publishesKey: undefined }, 'ERR_CONFIG_OPTIONS_CONFLICT'],
    ['unsigned, by nobody', { ...unsigned, issuer: undefined }, 'ERR_CONFIG_ISSUER_INVALID'],
    ['unsigned, by no issuer', { ...unsigned, issuer: 'id' }, 'ERR_CONFIG_ISSUER_INVALID'],
    [
      'unsigned as a text',
      { ...unsigned, allowUnsignedJwe: 'true' },
      'ERR_CONFIG_OPTIONS_CONFLICT',
    ],
  ]

  test.each(MISTAKES)('%s is a mistake', (_name, options, code) => {
    expect(() => jweVerifier(options as JweVerifierOptions)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code }),
    )
  })

  test('unsigned claims are warned of once, at creation', async () => {
    const events: AuditEvent[] = []
    const onEvent = (event: AuditEvent): void => void events.push(event)
    const verifier = jweVerifier({ ...unsigned, onEvent, clock } as JweVerifierOptions)
    expect(events).toEqual([
      {
        type: 'config.warning',
        at: clock.now(),
        message: expect.stringContaining('allowUnsignedJwe'),
      },
    ])
    const token = await encrypt(JSON.stringify(claims), key, 'none')
    expect(await verifier.verify(token)).toMatchObject({ ok: true, value: { issuer: ISSUER } })
    expect(events).toHaveLength(1)
  })

  test('without a listener the warning is on the console', () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    onTestFinished(() => warn.mockRestore())
    jweVerifier(unsigned as JweVerifierOptions)
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('allowUnsignedJwe'))
  })
})

describe('a nested token', () => {
  test('is what the nested verifier is given, and what it says is the outcome', async () => {
    const nested = createNested()
    const verifier = jweVerifier({ keys, nested, clock })
    expect(await verifier.verify(await encrypt(SIGNED, key))).toEqual(
      accept({ issuer: ISSUER, claims, cacheUntil: 0 }),
    )
    expect(nested.given).toEqual([SIGNED])
    const refusing = jweVerifier({ keys, nested: { verify: async () => refuse('sig') } })
    expect(await refusing.verify(await encrypt(SIGNED, key))).toEqual(refuse('sig'))
  })

  test('cannot be verified while the nested verifier fails, which is no refusal', async () => {
    const failure = new UpstreamError('ERR_UPSTREAM_VERIFIER', 'x', { retryable: true })
    const nested = { verify: () => Promise.reject(failure) }
    const verifier = jweVerifier({ keys, nested })
    await expect(verifier.verify(await encrypt(SIGNED, key))).rejects.toBe(failure)
  })

  test.each([
    [undefined, 0],
    [now + 5, now + 5],
    [Infinity, now + 60],
  ])('that may be reused until %s is reused until %s', async (nestedUntil, cacheUntil) => {
    const verifier = jweVerifier({ keys, nested: createNested(claims, nestedUntil), clock })
    const token = await encrypt(SIGNED, key)
    expect(await verifier.verify(token)).toMatchObject({ value: { cacheUntil } })
  })

  test.each([
    [300, 300, true],
    [300, 301, false],
    [undefined, 86_400, true],
    [undefined, 86_401, false],
  ])('with maxLifetimeSeconds %s may live for %s s: %s', async (limit, lifetime, isAccepted) => {
    const nested = createNested({ ...claims, exp: now + lifetime })
    const options = limit === undefined ? {} : { maxLifetimeSeconds: limit }
    const outcome = await jweVerifier({ keys, nested, ...options }).verify(
      await encrypt(SIGNED, key),
    )
    expect(outcome).toMatchObject(isAccepted ? { ok: true } : refuse('lifetime'))
  })

  test.each([
    ['exp', { exp: '1' }],
    ['exp', { exp: true }],
    ['iat', { iat: true }],
    ['iat', { iat: null }],
    ['lifetime', { exp: Infinity, iat: Infinity }],
    ['lifetime', { exp: now, iat: now + 1 }],
  ])('is refused for its %s: %j', async (reason, changes) => {
    const nested = createNested({ ...claims, ...changes })
    expect(await jweVerifier({ keys, nested }).verify(await encrypt(SIGNED, key))).toEqual({
      ok: false,
      reason,
    })
  })
})

describe('the object data', () => {
  async function unwrap(vouched: object, unwrapData = true): Promise<unknown> {
    const verifier = jweVerifier({
      keys,
      nested: createNested({ ...claims, ...vouched }),
      unwrapData,
    })
    const outcome = await verifier.verify(await encrypt(SIGNED, key))
    return outcome.ok ? { ...outcome.value.claims } : outcome
  }

  test('is spread among the claims, and what stands outside of it counts', async () => {
    const data = { email: 'a@example.com', sub: 'mallory', name: null }
    expect(await unwrap({ data })).toEqual({ ...claims, email: 'a@example.com', name: null })
    expect(await unwrap({ data: { sub: 'bob' }, sub: undefined })).toMatchObject({ sub: undefined })
  })

  test('gives the subject where there is none outside', async () => {
    const { sub: _sub, ...others } = claims
    const verifier = jweVerifier({
      keys,
      nested: createNested({ ...others, data: { sub: 'bob' } }),
      unwrapData: true,
    })
    expect(await verifier.verify(await encrypt(SIGNED, key))).toMatchObject({
      value: { claims: { ...others, sub: 'bob' } },
    })
  })

  test('says nothing about the token itself', async () => {
    const data = { iss: 'x', aud: 'x', exp: 1, nbf: 1, iat: 1, jti: 'x', cnf: {} }
    expect(await unwrap({ data })).toEqual(claims)
  })

  test.each([[undefined], [null], ['text'], [['list']], [1]])(
    'is left as it is: %j',
    async (data) => {
      expect(await unwrap({ data })).toEqual({ ...claims, data })
    },
  )

  test('is left as it is unless that was asked for', async () => {
    expect(await unwrap({ data: { a: 1 } }, false)).toEqual({ ...claims, data: { a: 1 } })
  })

  test('reaches no prototype', async () => {
    const data: unknown = JSON.parse('{"__proto__": {"isAdmin": true}}')
    const nested = createNested({ ...claims, data })
    const verifier = jweVerifier({ keys, nested, unwrapData: true })
    const outcome = await verifier.verify(await encrypt(SIGNED, key))
    expect(outcome).toMatchObject({ ok: true })
    expect(outcome.ok && outcome.value.claims['isAdmin']).toBeUndefined()
    expect({}).not.toHaveProperty('isAdmin')
  })
})

describe('garbage', () => {
  const nested = createNested()
  const verifier = jweVerifier({ keys, nested })
  const segment = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map(encodeSegment),
    fc.jsonValue().map((value) => encodeSegment(JSON.stringify(value))),
    fc.string({ maxLength: 20 }),
  )

  test.each([
    ['', 'format'],
    ['....', 'format'],
    ['a.b', 'format'],
    ['a.b.c', 'not_encrypted'],
    ['a.b.c.d', 'format'],
    ['a.b.c.d.e.f', 'format'],
    [`${encodeSegment('{}')}.AAAA.AAAA.AAAA.AAAA`, 'json'],
    [`${encodeSegment('{"alg":"ECDH-ES","alg":"ECDH-ES"}')}.AAAA.AAAA.AAAA.AAAA`, 'json'],
    [`${encodeSegment({ alg: 'ECDH-ES' })}.AAAA.AAAA..AAAA`, 'format'],
    [`${encodeSegment({ alg: 'ECDH-ES' })}.AB.AAAA.AAAA.AAAA`, 'format'],
    ['A'.repeat(12_289), 'size'],
    ['A'.repeat(12_288), 'format'],
  ])('%j is refused', async (token, reason) => {
    expect(await verifier.verify(token)).toEqual({ ok: false, reason })
  })

  test('of any segments is refused, and never reaches the nested verifier', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 7 }), async (segments) => {
        expect(await verifier.verify(segments.join('.'))).toMatchObject({ ok: false })
      }),
      { numRuns: 1_000 },
    )
    expect(nested.given).toEqual([])
  })

  test('under a good header, and any header over a good token, are refused', async () => {
    const token = await encrypt(SIGNED, key)
    const [head = '', ...rest] = token.split('.')
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
    const names = [
      'alg',
      'enc',
      'kid',
      'cty',
      'epk',
      'apu',
      'apv',
      'zip',
      'crit',
      'p2c',
      '__proto__',
    ]
    const changes = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.array(segment, { minLength: 4, maxLength: 4 }),
        async (change, other) => {
          const changed = encodeSegment({ ...header, ...change })
          fc.pre(changed !== head)
          expect(await verifier.verify([changed, ...rest].join('.'))).toMatchObject({ ok: false })
          expect(await verifier.verify([head, ...other].join('.'))).toMatchObject({ ok: false })
        },
      ),
      { numRuns: 500 },
    )
    expect(nested.given).toEqual([])
    expect(await verifier.verify(token)).toMatchObject({ ok: true })
  })

  test('that is encrypted is refused, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
        async (content) => {
          fc.pre(!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(content))
          expect(await verifier.verify(await encrypt(content, key))).toMatchObject({ ok: false })
        },
      ),
      { numRuns: 300 },
    )
  })
})
