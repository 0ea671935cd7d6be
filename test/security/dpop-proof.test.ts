import { base64url, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import type { WireAnswer, WireRequest } from '../adapters/wire.ts'
import { bearer, call, METADATA_URL, openWorld, post, RESOURCE, SCOPE } from '../adapters/world.ts'
import { everywhere, expectRefusal, takeReasons } from './cases.ts'
import { createDpopClient, type ProofChanges } from './support/dpop-client.ts'

const ALGORITHMS = ['ES256', 'EdDSA', 'PS256', 'RS256']
const ALGS = `algs="${ALGORITHMS.join(' ')}"`
const HINTS = `resource_metadata="${METADATA_URL}", scope="${SCOPE}"`
const now = (): number => Math.floor(Date.now() / 1000)

const world = await openWorld({ server: { dpop: { algorithms: ALGORITHMS } } })
afterAll(() => world.close())
const client = await createDpopClient(RESOURCE, now)
const bound = await mintFor(client.thumbprint)

async function mintFor(jkt: string, changes: object = {}): Promise<string> {
  return world.issuer.mint({ aud: RESOURCE, scope: SCOPE, cnf: { jkt }, ...changes })
}

function answerOf(status: number, challenge: string, body: object): WireAnswer {
  const headers = {
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'www-authenticate': challenge,
  }
  return { status, headers, body: JSON.stringify(body) }
}

const INVALID_PROOF = answerOf(
  401,
  `DPoP error="invalid_dpop_proof", error_description="The proof of possession is invalid.", ${HINTS}, ${ALGS}`,
  { error: 'invalid_dpop_proof', error_description: 'The proof of possession is invalid.' },
)

/** The answer to a token that is refused whatever else the request has. */
function invalidToken(scheme: 'Bearer' | 'DPoP'): WireAnswer {
  const error = `error="invalid_token", error_description="The access token is invalid.", ${HINTS}`
  return answerOf(
    401,
    scheme === 'DPoP' ? `DPoP ${error}, ${ALGS}` : `Bearer ${error}, DPoP ${ALGS}`,
    { error: 'invalid_token', error_description: 'The access token is invalid.' },
  )
}

function request(token: string, ...proofs: readonly string[]): WireRequest {
  const lines = proofs.map((proof) => ['DPoP', proof] as const)
  return post(call(1), ['Authorization', `DPoP ${token}`], ...lines)
}

describe('a token that is bound to a key is accepted with a proof', () => {
  test.each(world.apps)(
    '%s',
    everywhere(world, async (app) => {
      for (const alg of ['ES256', 'EdDSA', 'PS256', 'RS256'] as const) {
        const other = await createDpopClient(RESOURCE, now, alg)
        const token = await mintFor(other.thumbprint)
        for (const scheme of ['DPoP', 'dpop', 'DPOP']) {
          const proof = ['DPoP', await other.prove(token)] as const
          const sent = post(call(1), ['Authorization', `${scheme} ${token}`], proof)
          expect(await app.send(sent)).toMatchObject({ status: 200, body: 'handled' })
        }
      }
      expect(new Set(takeReasons(world))).toEqual(new Set(['auth.allow']))
    }),
  )

  test.each(world.apps)(
    'whatever the spelling of its target, and the method is the one of the request (%s)',
    everywhere(world, async (app) => {
      const spellings = [
        'HTTPS://MCP.example.COM/mcp',
        'https://mcp.example.com:443/mcp',
        `${RESOURCE}?a=b#c`,
        'https://mcp.example.com/x/../%6dcp',
      ]
      for (const htu of spellings) {
        const sent = request(bound, await client.prove(bound, { claims: { htu } }))
        expect(await app.send({ ...sent, target: '/mcp?q=1' })).toMatchObject({ status: 200 })
      }
      const { headers = [] } = request(bound, await client.prove(bound, { claims: { htm: 'GET' } }))
      expect(await app.send({ headers })).toMatchObject({ status: 200 })
    }),
  )

  test.each(world.apps)(
    'also one that Keycloak has issued, whose claim typ says DPoP (%s)',
    everywhere(world, async (app) => {
      const token = await world.issuer.mint(
        { aud: RESOURCE, scope: SCOPE, cnf: { jkt: client.thumbprint }, typ: 'DPoP' },
        { header: { typ: 'JWT' } },
      )
      expect(await app.send(request(token, await client.prove(token)))).toMatchObject({
        status: 200,
      })
    }),
  )
})

const { d: _d, ...otherPublic } = (await createDpopClient(RESOURCE, now)).privateJwk
const octets = base64url.encode(new Uint8Array(32))

const REFUSED: readonly (readonly [what: string, reason: string, changes: ProofChanges])[] = [
  ['another method', 'htm', { claims: { htm: 'GET' } }],
  ['the method in lower case', 'htm', { claims: { htm: 'post' } }],
  ['no method', 'htm', { claims: { htm: undefined } }],
  ['another path', 'htu', { claims: { htu: 'https://mcp.example.com/other' } }],
  ['the path in another case', 'htu', { claims: { htu: 'https://mcp.example.com/MCP' } }],
  ['another port', 'htu', { claims: { htu: 'https://mcp.example.com:8443/mcp' } }],
  ['another protocol', 'htu', { claims: { htu: 'http://mcp.example.com/mcp' } }],
  ['a host of a proxy', 'htu', { claims: { htu: 'https://127.0.0.1/mcp' } }],
  ['a path instead of a URL', 'htu', { claims: { htu: '/mcp' } }],
  ['no target', 'htu', { claims: { htu: undefined } }],
  ['made 6 minutes ago', 'iat', { claims: { iat: now() - 360 } }],
  ['made in 6 minutes', 'iat', { claims: { iat: now() + 360 } }],
  ['made at no time', 'iat', { claims: { iat: undefined } }],
  ['made at a text', 'iat', { claims: { iat: `${now()}` } }],
  ['expired', 'time', { claims: { exp: now() - 60 } }],
  ['not yet valid', 'time', { claims: { nbf: now() + 60 } }],
  ['no jti', 'jti', { claims: { jti: undefined } }],
  ['an empty jti', 'jti', { claims: { jti: '' } }],
  ['a jti that is a number', 'jti', { claims: { jti: 7 } }],
  ['no hash of the token', 'ath', { claims: { ath: undefined } }],
  ['the hash of another token', 'ath', { claims: { ath: octets } }],
  ['the type of an access token', 'typ', { header: { typ: 'at+jwt' } }],
  ['no type', 'typ', { header: { typ: undefined } }],
  ['no key', 'jwk', { header: { jwk: undefined } }],
  ['a private key', 'jwk', { header: { jwk: client.privateJwk } }],
  ['a private member', 'jwk', { header: { jwk: { ...client.publicJwk, d: '' } } }],
  ['a symmetric key', 'jwk', { header: { jwk: { kty: 'oct', k: octets } } }],
  ['a key that is a text', 'jwk', { header: { jwk: 'ES256' } }],
  ['a key of no type', 'jwk', { header: { jwk: {} } }],
  ['another key than the one that signed', 'thumbprint', { header: { jwk: otherPublic } }],
]

describe('SEC-397 a proof that is not right', () => {
  test.each(world.apps)(
    'SEC-397 in one respect is refused (%s)',
    everywhere(world, async (app) => {
      for (const [, reason, changes] of REFUSED) {
        const proof = await client.prove(bound, changes)
        const refusal = { answer: INVALID_PROOF, reason: `dpop ${reason}` }
        await expectRefusal(world, app, request(bound, proof), refusal)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-397 no proof, two proofs, and what is no proof at all (%s)',
    everywhere(world, async (app) => {
      const [one, two] = [await client.prove(bound), await client.prove(bound)]
      const refuse = (sent: WireRequest, reason: string): Promise<void> =>
        expectRefusal(world, app, sent, { answer: INVALID_PROOF, reason: `dpop ${reason}` })
      await refuse(request(bound), 'missing')
      await refuse(request(bound, one, two), 'repeated')
      await refuse(request(bound, one, one), 'repeated')
      await refuse(request(bound, one, 'proof'), 'repeated')
      await refuse(request(bound, `${one}, ${two}`), 'repeated')
      await refuse(request(bound, ''), 'format')
      await refuse(request(bound, 'proof'), 'format')
      await refuse(request(bound, one.slice(0, one.lastIndexOf('.') + 1)), 'format')
      await refuse(request(bound, JSON.stringify({ payload: one })), 'format')
      await refuse(request(bound, bound), 'typ')
      await refuse(request(bound, `${one.slice(0, -4)}AAAA`), 'sig')
      // None of them has used the proof up.
      expect(await app.send(request(bound, one))).toMatchObject({ status: 200 })
    }),
  )

  test.each(world.apps)(
    'SEC-397 alg none, a shared secret, and an algorithm that is not listed (%s)',
    everywhere(world, async (app) => {
      const right = await client.prove(bound)
      const [, payload = ''] = right.split('.')
      const encode = (value: object): string => base64url.encode(JSON.stringify(value))
      const header = { typ: 'dpop+jwt', jwk: client.publicJwk }
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
      const secret = new TextEncoder().encode(JSON.stringify(client.publicJwk))
      const proofs = [
        `${encode({ ...header, alg: 'none' })}.${payload}.`,
        `${encode({ ...header, alg: 'none' })}.${payload}.${right.split('.')[2]}`,
        await new SignJWT({ ...claims })
          .setProtectedHeader({ ...header, alg: 'HS256' })
          .sign(secret),
        await es384(claims),
      ]
      for (const proof of proofs) {
        const refusal = { answer: INVALID_PROOF, reason: 'dpop alg' }
        await expectRefusal(world, app, request(bound, proof), refusal)
      }
    }),
  )

  test.each(world.apps)(
    'SEC-397 a proof by another key than cnf.jkt says (%s)',
    everywhere(world, async (app) => {
      const thief = await createDpopClient(RESOURCE, now)
      const refusal = { answer: INVALID_PROOF, reason: 'dpop thumbprint' }
      await expectRefusal(world, app, request(bound, await thief.prove(bound)), refusal)
      // The key of the client in the header does not help somebody who cannot sign with it.
      const forged = await thief.prove(bound, { header: { jwk: client.publicJwk } })
      const unsigned = { answer: INVALID_PROOF, reason: 'dpop sig' }
      await expectRefusal(world, app, request(bound, forged), unsigned)
    }),
  )

  test.each(world.apps)(
    'SEC-397 a proof that was used, for another target too (%s)',
    everywhere(world, async (app) => {
      const proof = await client.prove(bound)
      expect(await app.send(request(bound, proof))).toMatchObject({ status: 200 })
      takeReasons(world)
      world.takeSeen()
      const replayed = { answer: INVALID_PROOF, reason: 'dpop replay' }
      await expectRefusal(world, app, request(bound, proof), replayed)
      const [first, second] = [await client.prove(bound), await mintFor(client.thumbprint)]
      const stolen = { answer: INVALID_PROOF, reason: 'dpop ath' }
      await expectRefusal(world, app, request(second, first), stolen)
    }),
  )
})

async function es384(claims: object): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES384')
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES384', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey)
}

describe('SEC-398 schemes are not mixed', () => {
  test.each(world.apps)(
    'SEC-398 a bound token as a bearer token, with its proof too (%s)',
    everywhere(world, async (app) => {
      const refusal = { answer: invalidToken('Bearer'), reason: 'binding' }
      await expectRefusal(world, app, post(call(1), bearer(bound)), refusal)
      const proof = ['DPoP', await client.prove(bound)] as const
      await expectRefusal(world, app, post(call(1), bearer(bound), proof), refusal)
    }),
  )

  test.each(world.apps)(
    'SEC-398 a bearer token with a proof, and under the scheme DPoP (%s)',
    everywhere(world, async (app) => {
      const { good } = world.tokens
      const proof = ['DPoP', await client.prove(good)] as const
      const withProof = { answer: INVALID_PROOF, reason: 'dpop scheme' }
      await expectRefusal(world, app, post(call(1), bearer(good), proof), withProof)
      const unbound = { answer: invalidToken('DPoP'), reason: 'unbound' }
      await expectRefusal(world, app, request(good, proof[1]), unbound)
      await expectRefusal(world, app, request(good), unbound)
      expect(await app.send(post(call(1), bearer(good)))).toMatchObject({ status: 200 })
    }),
  )

  test.each(world.apps)(
    'SEC-398 two schemes in one request are malformed (%s)',
    everywhere(world, async (app) => {
      const dpop = ['Authorization', `DPoP ${bound}`] as const
      const joined = ['Authorization', `DPoP ${bound}, Bearer ${world.tokens.good}`] as const
      for (const headers of [[bearer(world.tokens.good), dpop], [dpop, dpop], [joined]]) {
        expect(await app.send({ headers })).toMatchObject({ status: 400 })
        expect(takeReasons(world)).toEqual(['malformed_credentials'])
      }
    }),
  )
})
