import { type CryptoKey, importJWK, type JWK } from 'jose'
import {
  type AuditEvent,
  type AuthorizationServerOptions,
  ConfigError,
  createResourceServer,
} from 'mcp-gatehouse'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fromRequest } from '../../src/http/index.ts'
import { createKeyRing, generateKey, type RingKey } from '../../src/keys/index.ts'
import type { JweHeader } from '../../src/verifiers/compact-jwe.ts'
import { decryptJwe } from '../../src/verifiers/decrypt-jwe.ts'
import type { TokenVerifier } from '../../src/verifiers/index.ts'
import { jweVerifier } from '../../src/verifiers/public.ts'
import type * as StrictJson from '../../src/verifiers/strict-json.ts'
import { createTestSource } from '../unit/keys/support.ts'
import { expectPristinePrototype } from './support/token-gate.ts'
import { readVectors, type Vector } from './support/wycheproof.ts'

/**
 * Payloads of the vectors are texts such as `foo`, no claims. Where a payload is set here, its
 * bytes count as good claims and everything else is as it is: the gate, the grammar of the
 * credentials, the serialization, the header, the choice of the key and the signature.
 */
const claimed = vi.hoisted(() => ({ payload: undefined as Buffer | undefined, claims: {} }))
vi.mock('../../src/verifiers/strict-json.ts', async (load) => {
  const { parseStrictObject } = await load<typeof StrictJson>()
  return {
    parseStrictObject: (bytes: Uint8Array) =>
      claimed.payload?.equals(bytes) === true ? claimed.claims : parseStrictObject(bytes),
  }
})
afterEach(() => {
  claimed.payload = undefined
})

const ISSUER = 'https://id.example.com'
const RESOURCE = 'https://h/mcp'
const NOW = 1_900_000_000
const ADMITTED = 'admitted'

/** How an operator configures the keys of a group. */
function serverOf({ keys, isKeySet, isEncrypted }: Vector): AuthorizationServerOptions {
  const [key] = keys
  if (key?.kty === 'oct' && keys.length === 1 && !isEncrypted) {
    const secret = Buffer.from(key.k ?? '', 'base64url')
    return { issuer: ISSUER, secret, algorithms: [key.alg ?? 'HS256'] }
  }
  expect(isKeySet || keys.length === 1).toBe(true)
  return { issuer: ISSUER, jwksUri: `${ISSUER}/jwks` }
}

/** What becomes of a vector: `admitted`, or the reason of the refusal. */
async function present(vector: Vector, asClaims: boolean): Promise<string> {
  const [, payload = ''] = vector.token.split('.')
  claimed.payload = asClaims ? Buffer.from(payload, 'base64url') : undefined
  claimed.claims = { iss: ISSUER, aud: RESOURCE, sub: 'alice', exp: NOW + 300 }
  const events: AuditEvent[] = []
  try {
    const gatehouse = createResourceServer({
      resource: RESOURCE,
      authorizationServers: [serverOf(vector)],
      fetch: async () => Response.json({ keys: vector.keys }),
      clock: { now: () => NOW, elapsed: () => 0 },
      onEvent: (event) => {
        events.push(event)
      },
    })
    const fields: Readonly<Record<string, string>> = {
      host: 'h',
      authorization: `Bearer ${vector.token}`,
    }
    const answer = await gatehouse.inspect(
      {
        ...fromRequest(new Request(RESOURCE)),
        header: (name) => (fields[name] === undefined ? [] : [fields[name]]),
      },
      { read: async () => ({ kind: 'malformed' }), peek: async () => undefined },
    )
    expectPristinePrototype()
    return reasonOf(events, answer instanceof Response)
  } catch (error) {
    if (error instanceof ConfigError) return error.code
    throw error
  }
}

function reasonOf(events: readonly AuditEvent[], isRefused: boolean): string {
  const [event, second] = events.filter(({ type }) => type !== 'jwks.private_material')
  expect(second).toBeUndefined()
  if (!isRefused && event?.type === 'auth.allow') return ADMITTED
  if (event?.type === 'auth.deny') return event.reason
  if (event?.type === 'dep.unavailable' && 'code' in event.error) return String(event.error.code)
  throw new Error(`reasonOf: ${event?.type}`)
}

const FILES = {
  json_web_signature_test: 401,
  json_web_encryption_test: 139,
  json_web_key_test: 26,
  json_web_crypto_test: 83,
} as const
type FileName = keyof typeof FILES

/** Valid signatures that are refused all the same, each for a reason that stands here. */
const POLICY: Readonly<Record<FileName, Readonly<Record<number, string>>>> = {
  json_web_signature_test: {
    // An access token without a payload has no claims.
    ...of([259, 264, 268, 272, 320, 325], 'format'),
    // The header says PS384 or ES512, the JWK says PS256 or ES521 (RFC 7517 §4.4).
    ...of([346, 350, 347, 351], 'kid'),
    // A question mark in the token, which lenient decoders skip (RFC 6750 §2.1, RFC 7515 §2).
    ...of([372, 373], 'malformed_credentials'),
  },
  json_web_encryption_test: {},
  // Shared secrets are configured, and never come from a key set (RFC 7517 §9.2).
  json_web_key_test: of([2], 'alg'),
  json_web_crypto_test: of([48], 'alg'),
}

/** Vectors called invalid whose token is, character by character, the valid one of 357. */
const CONTRADICTORY: readonly number[] = [367, 370]

function of(ids: readonly number[], reason: string): Readonly<Record<number, string>> {
  return Object.fromEntries(ids.map((id) => [id, reason]))
}

const names = Object.keys(FILES) as FileName[]
const signed = (vector: Vector): boolean => !vector.isEncrypted

describe('SEC-035 the JOSE vectors of Wycheproof', () => {
  test.each(names)('SEC-035 %s: no vector is admitted as it is', async (file) => {
    const vectors = readVectors(file)
    expect(vectors).toHaveLength(FILES[file])
    expect(await admittedOf(vectors, { asClaims: false })).toEqual([])
  })

  test.each(names)('SEC-035 %s: every invalid vector is refused', async (file) => {
    const invalid = readVectors(file).filter(({ result }) => result === 'invalid')
    const admitted = await admittedOf(invalid, { asClaims: true })
    expect(admitted.filter((id) => !CONTRADICTORY.includes(id))).toEqual([])
  })

  test.each(names)(
    'SEC-035 %s: every valid signature is admitted, or refused by policy',
    async (file) => {
      const valid = readVectors(file).filter(({ result }) => result === 'valid')
      const refused: Record<number, string> = {}
      for (const vector of valid.filter(signed)) {
        const outcome = await present(vector, true)
        if (outcome !== ADMITTED) refused[vector.tcId] = outcome
      }
      expect(refused).toEqual(POLICY[file])
    },
  )

  test('SEC-035 every encrypted token is refused as no JWS, whatever its payload', async () => {
    const encrypted = names.flatMap((file) => readVectors(file)).filter((vector) => !signed(vector))
    expect(encrypted).toHaveLength(173)
    const outcomes = new Set<string>()
    for (const vector of encrypted) outcomes.add(await present(vector, true))
    expect([...outcomes].toSorted((a, b) => a.localeCompare(b))).toEqual([
      'format',
      'malformed_credentials',
    ])
  })

  test('SEC-035 of the encrypted ones jweVerifier takes none: three have its algorithms, and no kid', async () => {
    const outcomes = new Map<string, number>()
    const key = await generateKey({ use: 'encryption' })
    const keys = await createKeyRing({ use: 'encryption', source: createTestSource(key) })
    const nested: TokenVerifier = { verify: () => expect.fail('nothing was decrypted') }
    const verifier = jweVerifier({ keys, nested })
    for (const { token } of names.flatMap(readVectors).filter((vector) => !signed(vector))) {
      const verdict = await verifier.verify(token)
      const reason = verdict.ok ? ADMITTED : verdict.reason
      outcomes.set(reason, (outcomes.get(reason) ?? 0) + 1)
    }
    expect(Object.fromEntries(outcomes)).toEqual({ alg: 112, enc: 18, format: 40, kid: 3 })
  })

  test('SEC-035 what decrypts is decrypted exactly where the vector is valid and its content A256GCM', async () => {
    const tried = { valid: 0, refused: 0 }
    for (const vector of names.flatMap(readVectors).filter((one) => !signed(one))) {
      const header = decodeHeader(vector.token)
      if (header === undefined || !DECRYPTED.has(header.alg) || vector.privateKey === undefined)
        continue
      const isGood = vector.result === 'valid' && header.parameters['enc'] === 'A256GCM'
      const opened = await decryptJwe(
        vector.token,
        header,
        await ringKeyOf(vector.privateKey, header.alg),
      )
      expect([vector.tcId, opened.ok]).toEqual([vector.tcId, isGood])
      tried[isGood ? 'valid' : 'refused'] += 1
    }
    expect(tried).toEqual({ valid: 7, refused: 60 })
  })

  test('SEC-035 the vectors that contradict each other are no others', () => {
    const vectors = readVectors('json_web_signature_test')
    const identity = ({ token, keys }: Vector): string => JSON.stringify([token, keys])
    const valid = new Set(vectors.filter(({ result }) => result === 'valid').map(identity))
    const contradictory = vectors.filter(
      (vector) => vector.result === 'invalid' && valid.has(identity(vector)),
    )
    expect(contradictory.map(({ tcId }) => tcId)).toEqual(CONTRADICTORY)
  })
})

/** The algorithms of encryption rings. */
const DECRYPTED: ReadonlySet<string> = new Set([
  'RSA-OAEP-256',
  'RSA-OAEP',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
])

/** The header, without the rules that are about tokens for us. */
function decodeHeader(token: string): JweHeader | undefined {
  const [segment = ''] = token.split('.')
  const parameters = parseJson(Buffer.from(segment, 'base64url').toString())
  const alg = parameters?.['alg']
  return typeof alg === 'string' && parameters !== undefined
    ? { alg, kid: '', parameters }
    : undefined
}

function parseJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

async function ringKeyOf(jwk: JWK, alg: string): Promise<RingKey> {
  const privateKey = (await importJWK(jwk, alg)) as CryptoKey
  const { kty, crv } = jwk
  return { alg, privateKey, publicJwk: { kty, crv } } as unknown as RingKey
}

async function admittedOf(
  vectors: readonly Vector[],
  { asClaims }: { readonly asClaims: boolean },
): Promise<readonly number[]> {
  const admitted: number[] = []
  for (const vector of vectors) {
    if ((await present(vector, asClaims)) === ADMITTED) admitted.push(vector.tcId)
  }
  return admitted
}
