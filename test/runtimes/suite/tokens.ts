import { SignJWT, UnsecuredJWT } from 'jose'
import { equal } from './assert.ts'
import { call, createWorld, METADATA_URL, refusalOf, wireOf } from './gatehouse.ts'
import { createIssuer, defaultClaims, ISSUER, type Issuer } from './issuer.ts'
import type { SuiteCase } from './suite-case.ts'

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

const INVALID = 'The access token is invalid.'
const EXPIRED = 'The access token has expired.'

interface BadToken {
  readonly what: string
  readonly reason: string
  readonly description?: string
  readonly mint: (issuer: Issuer) => Promise<string> | string
}

const BAD_TOKENS: readonly BadToken[] = [
  {
    what: 'another audience',
    reason: 'aud',
    mint: (issuer) => issuer.mint({ aud: 'https://other.example.com/mcp' }),
  },
  {
    what: 'an expired token',
    reason: 'exp',
    description: EXPIRED,
    mint: (issuer) => issuer.mint({ exp: Math.floor(Date.now() / 1000) - 31 }),
  },
  {
    what: 'alg none',
    reason: 'alg',
    mint: () => new UnsecuredJWT(defaultClaims()).encode(),
  },
  {
    what: 'the public key as an HS256 secret',
    reason: 'alg',
    mint: (issuer) =>
      new SignJWT(defaultClaims())
        .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
        .sign(issuer.publicKeyBytes),
  },
  {
    what: 'the signature of another key',
    reason: 'sig',
    mint: async () => (await createIssuer()).mint(),
  },
  {
    what: 'an unknown issuer',
    reason: 'iss',
    mint: (issuer) => issuer.mint({ iss: 'https://evil.example' }),
  },
  {
    what: 'a second member of the same name',
    reason: 'json',
    mint: (issuer) => withPayload(issuer, '{"aud":"a","aud":"b"}'),
  },
  {
    what: 'a token bound to a key',
    reason: 'binding',
    mint: (issuer) => issuer.mint({ cnf: { jkt: 'thumbprint' } }),
  },
]

/** Valid tokens of each algorithm, and tokens that are refused. */
export const TOKENS: readonly SuiteCase[] = [
  ...ALGORITHMS.map((algorithm) => ({
    title: `SEC-385 ${algorithm}: a valid token is admitted`,
    async run() {
      const issuer = await createIssuer(algorithm)
      const { gatehouse } = createWorld(issuer)
      const token = await issuer.mint()
      const admission = await gatehouse.authenticate(call(token))
      if (admission instanceof Response) throw new Error(await admission.text())
      const { authInfo, principal } = admission
      equal(principal.id, JSON.stringify([ISSUER, null, 'user', 'alice']))
      equal(
        [authInfo.token, authInfo.clientId, authInfo.scopes, authInfo.expiresAt],
        [token, 'client-1', ['notes:read', 'notes:write'], principal.claims['exp']],
      )
    },
  })),
  ...BAD_TOKENS.map(({ what, reason, description = INVALID, mint }) => ({
    title: `SEC-385 ${what}: invalid_token`,
    async run() {
      const issuer = await createIssuer()
      const world = createWorld(issuer)
      const answer = await refusalOf(world, call(await mint(issuer)))
      equal(await wireOf(answer), {
        status: 401,
        challenge: `Bearer error="invalid_token", error_description="${description}", resource_metadata="${METADATA_URL}", scope="notes:read"`,
        body: { error: 'invalid_token', error_description: description },
      })
      equal(world.reasons, [reason])
    },
  })),
  {
    title: 'SEC-385 a missing scope: insufficient_scope, under the id of the message',
    async run() {
      const issuer = await createIssuer()
      const world = createWorld(issuer)
      const answer = await refusalOf(world, call(await issuer.mint({ scope: 'notes:write' })))
      const error_description = 'The access token lacks a scope that this request needs.'
      const data = {
        error: 'insufficient_scope',
        error_description,
        scope: 'notes:write notes:read',
      }
      equal(await wireOf(answer), {
        status: 403,
        challenge: `Bearer error="insufficient_scope", error_description="${error_description}", resource_metadata="${METADATA_URL}", scope="notes:write notes:read"`,
        body: {
          jsonrpc: '2.0',
          id: 7,
          error: { code: -32_003, message: error_description, data },
        },
      })
    },
  },
]

/** A token whose payload is another text; the signature is never looked at. */
async function withPayload(issuer: Issuer, payload: string): Promise<string> {
  const [header, , signature] = (await issuer.mint()).split('.')
  const encoded = btoa(payload).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return [header, encoded, signature].join('.')
}
