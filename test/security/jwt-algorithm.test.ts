import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createResourceServer } from 'mcp-gatehouse'
import { describe, expect, test } from 'vitest'
import { type ForgeAlgorithm, signWithSecret, withSignature } from './support/token-forge.ts'
import { KEYS, METADATA, RESOURCE, startTokenGate, type TokenGate } from './support/token-gate.ts'

const ISSUER = 'https://id.example.com'
const SECRET = randomBytes(32)

describe('SEC-001 a token without a real algorithm is refused before any key is looked up', () => {
  const ALGORITHMS: readonly (readonly [string, unknown])[] = [
    ['none', 'none'],
    ['None', 'None'],
    ['nOnE', 'nOnE'],
    ['NONE', 'NONE'],
    ['empty', ''],
    ['absent', undefined],
    ['null', null],
    ['a list', ['RS256']],
  ]
  const SIGNATURES: readonly (readonly [string, (good: string) => Buffer])[] = [
    ['no signature', () => Buffer.alloc(0)],
    ['a random signature', () => randomBytes(64)],
    ['a copied signature', (good) => Buffer.from(good.split('.')[2] ?? '', 'base64url')],
  ]
  const cases = ALGORITHMS.flatMap(([name, alg]) =>
    SIGNATURES.map(([kind, signature]) => [name, kind, alg, signature] as const),
  )

  test.each(cases)('SEC-001 alg %s with %s', async (_alg, _signature, alg, signature) => {
    const gate = await startTokenGate()
    const token = withSignature(gate.header({ alg }), gate.claims(), signature(gate.token()))
    expect(await gate.ask(token)).toEqual(gate.refused('alg'))
    expect(gate.issuer.requests).toEqual([])
  })
})

describe('SEC-002 a public key does not pass for a shared secret', () => {
  type Encode = (gate: TokenGate) => string | Uint8Array
  const spkiPem: Encode = ({ forge }) => forge.publicKey.export({ type: 'spki', format: 'pem' })
  const spkiDer: Encode = ({ forge }) => forge.publicKey.export({ type: 'spki', format: 'der' })
  const publishedText: Encode = ({ forge }) => JSON.stringify(forge.jwk)
  const bareText: Encode = ({ forge }) => JSON.stringify(forge.publicKey.export({ format: 'jwk' }))
  const pkcs1Pem: Encode = ({ forge }) => forge.publicKey.export({ type: 'pkcs1', format: 'pem' })
  const pkcs1Der: Encode = ({ forge }) => forge.publicKey.export({ type: 'pkcs1', format: 'der' })
  const ENCODINGS: readonly (readonly [ForgeAlgorithm, string, Encode])[] = [
    ['RS256', 'SPKI PEM', spkiPem],
    ['RS256', 'SPKI PEM without the last newline', (gate) => String(spkiPem(gate)).trimEnd()],
    ['RS256', 'SPKI PEM after whitespace', (gate) => `\n  ${String(spkiPem(gate))}`],
    ['RS256', 'SPKI PEM before whitespace', (gate) => `${String(spkiPem(gate))}  \n`],
    ['RS256', 'SPKI PEM with CRLF', (gate) => String(spkiPem(gate)).replaceAll('\n', '\r\n')],
    ['RS256', 'PKCS#1 PEM', pkcs1Pem],
    ['RS256', 'SPKI DER', spkiDer],
    ['RS256', 'PKCS#1 DER', pkcs1Der],
    ['RS256', 'the published JWK', publishedText],
    ['RS256', 'a bare JWK', bareText],
    ['ES256', 'SPKI PEM', spkiPem],
    ['ES256', 'SPKI PEM without the last newline', (gate) => String(spkiPem(gate)).trimEnd()],
    ['ES256', 'SPKI PEM after whitespace', (gate) => `\n  ${String(spkiPem(gate))}`],
    ['ES256', 'SPKI PEM with CRLF', (gate) => String(spkiPem(gate)).replaceAll('\n', '\r\n')],
    ['ES256', 'SPKI DER', spkiDer],
    ['ES256', 'the published JWK', publishedText],
    ['ES256', 'a bare JWK', bareText],
  ]
  const cases = ENCODINGS.flatMap(([algorithm, name, encode]) =>
    ['HS256', 'HS384', 'HS512'].map((alg) => [alg, algorithm, name, encode] as const),
  )

  test.each(cases)('SEC-002 %s with the %s key as %s', async (alg, algorithm, _name, encode) => {
    const gate = await startTokenGate({ algorithm })
    expect(await gate.ask(gate.token())).toEqual(gate.admitted())
    const reads = gate.issuer.requests.length
    const token = signWithSecret({ ...gate.header(), alg }, gate.claims(), encode(gate))
    expect(await gate.ask(token)).toEqual(gate.refused('alg'))
    expect(gate.issuer.requests).toHaveLength(reads)
  })
})

describe('SEC-004 secrets and public keys of one issuer exclude each other', () => {
  const jwksUri = 'https://id.example.com/jwks'
  const CONFIGURATIONS: readonly (readonly [string, object])[] = [
    ['HS256 with jwksUri', { jwksUri, algorithms: ['HS256'] }],
    ['HS256 beside RS256 with jwksUri', { jwksUri, algorithms: ['RS256', 'HS256'] }],
    ['HS512 beside ES256, discovered keys', { algorithms: ['HS512', 'ES256'] }],
    ['HS384 alone, discovered keys', { algorithms: ['HS384'] }],
    ['a secret with jwksUri', { secret: SECRET, jwksUri }],
    ['a secret with RS256', { secret: SECRET, algorithms: ['RS256'] }],
    ['a secret with HS256 and ES256', { secret: SECRET, algorithms: ['HS256', 'ES256'] }],
    ['a resolver with jwksUri', { secret: () => SECRET, jwksUri }],
    ['a resolver with EdDSA', { secret: () => SECRET, algorithms: ['EdDSA'] }],
  ]

  test.each(CONFIGURATIONS)('SEC-004 %s is refused at creation', (_name, server) => {
    expect(() =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: [{ issuer: ISSUER, ...server }],
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_ALGORITHMS_MIXED' }))
  })

  test('SEC-004 none is no algorithm that could be listed', () => {
    expect(() =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: [{ issuer: ISSUER, algorithms: ['RS256', 'none'] }],
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_ALGORITHM_UNSUPPORTED' }))
  })
})

describe('SEC-005 a secret that is none is never verified with', () => {
  const NO_SECRETS: readonly (readonly [string, unknown])[] = [
    ['an empty string', ''],
    ['undefined', undefined],
    ['null', null],
    ['a buffer of 0 bytes', Buffer.alloc(0)],
    ['a buffer of 31 bytes', Buffer.alloc(31, 'k')],
    ['an array of numbers', Array.from(SECRET)],
  ]

  test.each(NO_SECRETS)('SEC-005 %s in the options is refused at creation', (_name, secret) => {
    expect(() =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: [
          // What JavaScript lets through: an unset environment variable, say.
          { issuer: ISSUER, algorithms: ['HS256'], secret: secret as Uint8Array },
        ],
      }),
    ).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^ERR_CONFIG_(?:SECRET_TOO_SHORT|ALGORITHMS_MIXED)$/),
      }),
    )
  })

  test.each([
    ['31 characters', 'k'.repeat(31)],
    ['no characters', ''],
  ])('SEC-005 a string of %s is refused at creation', (_name, secret) => {
    expect(() =>
      createResourceServer({
        resource: RESOURCE,
        authorizationServers: [{ issuer: ISSUER, secret }],
      }),
    ).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_SECRET_TOO_SHORT' }))
  })

  test.each(NO_SECRETS)('SEC-005 a resolver that returns %s: U401(key)', async (_name, secret) => {
    const asked: (string | undefined)[] = []
    const gate = await startTokenGate({
      server: {
        secret: async (kid) => {
          asked.push(kid)
          return secret as Uint8Array
        },
      },
    })
    const key = secret instanceof Uint8Array ? secret : ''
    const token = signWithSecret({ ...gate.header(), alg: 'HS256' }, gate.claims(), key)
    expect(await gate.ask(token)).toEqual(gate.refused('key'))
    expect(asked).toEqual([gate.forge.kid])
  })

  test('SEC-005 a real secret is verified with, and nothing is fetched', async () => {
    const gate = await startTokenGate({ server: { secret: () => SECRET } })
    const token = signWithSecret({ ...gate.header(), alg: 'HS256' }, gate.claims(), SECRET)
    expect(await gate.ask(token)).toEqual(gate.admitted())
    expect(gate.reads(KEYS) + gate.reads(METADATA)).toBe(0)
  })

  test.each([
    ['HS384', 47],
    ['HS512', 63],
  ])('SEC-005 a secret for %s with %i bytes is shorter than its hash', async (alg, bytes) => {
    const secret = randomBytes(bytes)
    const gate = await startTokenGate({ server: { secret: () => secret, algorithms: [alg] } })
    const token = signWithSecret({ ...gate.header(), alg }, gate.claims(), secret)
    expect(await gate.ask(token)).toEqual(gate.refused('key'))
  })
})

describe('SEC-035 a public key that is too weak verifies nothing', () => {
  test.each([
    ['RSA of 1,024 bits', { modulusLength: 1_024 }, 'key'],
    ['RSA of 2,040 bits', { modulusLength: 2_040 }, 'key'],
    ['RSA of 2,048 bits', { modulusLength: 2_048 }, undefined],
  ] as const)('SEC-035 %s', async (_name, options, reason) => {
    const gate = await startTokenGate()
    const { publicKey, privateKey } = generateKeyPairSync('rsa', options)
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', alg: 'RS256' }
    gate.issuer.jwks.keys.push(jwk)
    const header = gate.header({ alg: 'RS256', kid: 'rsa' })
    const [head, body] = withSignature(header, gate.claims(), Buffer.alloc(1)).split('.')
    const signature = sign('sha256', Buffer.from(`${head}.${body}`), privateKey)
    const expected = reason === undefined ? gate.admitted() : gate.refused(reason)
    expect(await gate.ask(`${head}.${body}.${signature.toString('base64url')}`)).toEqual(expected)
  })
})
