import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import { memory } from 'mcp-gatehouse/storage'
import * as openid from 'openid-client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseDocument } from '../../src/authorization-server/clients/parse-document.ts'
import { parseClientsOptions } from '../../src/authorization-server/clients/settings.ts'
import { startAuthorizationServer } from '../authorization-server/world.ts'
import { register } from '../testing/flow.ts'
import { METADATA, startClientsWorld } from './support/clients-world.ts'
import { proveRequest, startDpopAuthority } from './support/dpop-authority.ts'
import { createDpopClient } from './support/dpop-client.ts'

const INVALID_PROOF = { status: 400, body: { error: 'invalid_dpop_proof' } } as const
const BOUND = { status: 200, body: { token_type: 'DPoP' } } as const
const BEARER = { status: 200, body: { token_type: 'Bearer' } } as const
const ALWAYS_BOUND = { dpop_bound_access_tokens: true }
const now = (): number => Math.floor(Date.now() / 1_000)

async function readMetadata(issuer: string): Promise<Record<string, unknown>> {
  const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`)
  return (await answer.json()) as Record<string, unknown>
}

describe('SEC-400 with `required`', () => {
  test('no client gets a token without a proof, and its code stays good', async () => {
    const { createKey, issueCode, post, refresh, signIn } = await startDpopAuthority({
      dpop: { required: true },
    })
    const key = await createKey()
    const parameters = await issueCode()
    expect(await post(parameters)).toMatchObject(INVALID_PROOF)
    expect(await post(parameters, key)).toMatchObject(BOUND)
    const first = await signIn(key)
    expect(await refresh(first)).toMatchObject(INVALID_PROOF)
    expect(await refresh(first, key)).toMatchObject(BOUND)
  })

  test('clients are told when they register', async () => {
    const { issuer } = await startDpopAuthority({ dpop: { required: true } })
    const { client } = await register(issuer, { dpop_bound_access_tokens: false })
    expect(client).toMatchObject(ALWAYS_BOUND)
  })
})

describe('SEC-400 a client that wants all of its tokens bound', () => {
  test('gets none without a proof', async () => {
    const { issuer, createKey, issueCode, post } = await startDpopAuthority()
    const { client, status } = await register(issuer, ALWAYS_BOUND)
    expect([status, client]).toMatchObject([201, ALWAYS_BOUND])
    const parameters = await issueCode({}, ALWAYS_BOUND)
    expect(await post(parameters)).toMatchObject(INVALID_PROOF)
    expect(await post(parameters, await createKey())).toMatchObject(BOUND)
  })

  test('may not register where the server binds none, and is told why', async () => {
    const world = await startClientsWorld()
    const { status, body } = await world.register({ ...METADATA, ...ALWAYS_BOUND })
    expect([status, body]).toEqual([
      400,
      {
        error: 'invalid_client_metadata',
        error_description:
          'dpop_bound_access_tokens is true, and this server binds no tokens to keys (RFC 9449)',
      },
    ])
    expect(world.takeEvents()).toMatchObject([{ reason: 'dpop_bound_access_tokens', status: 400 }])
    const unbound = { ...METADATA, dpop_bound_access_tokens: false }
    expect((await world.register(unbound)).status).toBe(201)
  })

  test('by its document gets in where the server binds none, since one document is for all', async () => {
    const world = await startClientsWorld()
    const clientId = world.publish('/app', { ...METADATA, ...ALWAYS_BOUND })
    const { redirect_uris: uris } = METADATA
    const answer = await world.authorize({ client_id: clientId, redirect_uri: uris[0] })
    expect(answer.status).toBe(303)
  })

  test.each([
    ['never', {}],
    ['offered', ALWAYS_BOUND],
    ['required', ALWAYS_BOUND],
  ] as const)(
    'has it kept from its document where the server binds tokens: %s',
    (bound, fields) => {
      const clientId = 'https://app.example/client'
      const document = { client_id: clientId, ...METADATA, ...ALWAYS_BOUND }
      const { rules } = parseClientsOptions({}, bound)
      const verdict = parseDocument(Buffer.from(JSON.stringify(document)), clientId, rules)
      const metadata = { ...METADATA, ...fields }
      expect(verdict).toMatchObject({ ok: true, metadata })
      expect('metadata' in verdict && 'dpop_bound_access_tokens' in verdict.metadata).toBe(
        bound !== 'never',
      )
    },
  )

  test('that registered while the server bound tokens is refused when it does not', async () => {
    const ask = await changeOption(ALWAYS_BOUND, { dpop: {} }, {})
    expect(await ask()).toBe('invalid_client_metadata')
  })

  test('that registered before it was required needs a proof from then on', async () => {
    const ask = await changeOption({}, { dpop: {} }, { dpop: { required: true } })
    expect(await ask()).toBe('invalid_dpop_proof')
    const same = await changeOption({}, { dpop: {} }, { dpop: {} })
    expect(await same()).toBe('invalid_grant')
  })
})

/** Registers a client, and asks a server with other options and the same storage what it answers. */
async function changeOption(
  metadata: Record<string, unknown>,
  before: Pick<CreateAuthorizationServerOptions, 'dpop'>,
  after: Pick<CreateAuthorizationServerOptions, 'dpop'>,
): Promise<() => Promise<unknown>> {
  const one = await startAuthorizationServer({ options: () => before })
  const { client } = await register(one.issuer, metadata)
  await one.close()
  const { dpop: _, ...same } = one.options
  const later = await startAuthorizationServer({
    issuer: () => one.issuer,
    options: () => ({ ...same, ...after }),
  })
  onTestFinished(() => later.close())
  return async () => {
    const answer = await fetch(`${new URL(later.resource).origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_id: String(client['client_id']),
      }),
    })
    return ((await answer.json()) as { readonly error?: unknown }).error
  }
}

describe('SEC-400 the proof of a token request', () => {
  test('is for the URL of the issuer, whatever Host says', async () => {
    const world = await startAuthorizationServer({
      issuer: () => 'http://localhost:4000/t1',
      options: () => ({ dpop: {} }),
    })
    onTestFinished(() => world.close())
    const address = new URL(world.resource).origin
    const right = await createDpopClient(`${world.issuer}/token`, now)
    const wrong = await createDpopClient(`${address}/t1/token`, now)
    const registration = await fetch(`${address}/t1/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: ['http://127.0.0.1:9/callback'] }),
    })
    const { client_id: id } = (await registration.json()) as { client_id: string }
    const ask = async (dpop: string): Promise<unknown> => {
      const answer = await fetch(`${address}/t1/token`, {
        method: 'POST',
        headers: { dpop, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: 'x',
          client_id: id,
        }),
      })
      return ((await answer.json()) as { error: unknown }).error
    }
    expect(await ask(await proveRequest(right))).toBe('invalid_grant')
    expect(await ask(await proveRequest(wrong))).toBe('invalid_dpop_proof')
  })

  test.each([
    ['another method', { htm: 'GET' }],
    ['another URL', { htu: 'https://evil.example/token' }],
    ['ten minutes ago', { iat: now() - 600 }],
    ['no identifier', { jti: undefined }],
    ['a nonce that nobody gave out', { nonce: 'x' }],
  ])('for %s is refused, and nothing is used up', async (_what, claims) => {
    const { createKey, issueCode, post } = await startDpopAuthority()
    const key = await createKey()
    const parameters = await issueCode()
    expect(await post(parameters, await proveRequest(key, claims))).toMatchObject(INVALID_PROOF)
    expect(await post(parameters, key)).toMatchObject(BOUND)
  })

  test('carries a nonce where there is a secret, which replicas share', async () => {
    const dpop = { nonceSecret: 's'.repeat(32) }
    const storage = memory()
    const { createKey, issueCode, post } = await startDpopAuthority({ dpop }, [storage, storage])
    const key = await createKey()
    const parameters = await issueCode()
    const first = await post(parameters, key)
    expect(first).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } })
    const nonce = first.headers.get('dpop-nonce')
    expect(nonce).toMatch(/^[\w-]{43}$/)
    expect(first.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce')
    expect(await post(parameters, await proveRequest(key, { nonce }))).toMatchObject(BOUND)
  })
})

test('SEC-400 introspection says which key a token is bound to', async () => {
  const authority = await startDpopAuthority()
  const { issuer, createKey, issueCode, post } = authority
  const key = await createKey()
  const parameters = await issueCode()
  const { body } = await post(parameters, key)
  const answer = await fetch(`${issuer}/introspect`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: parameters['client_id'] ?? '',
      token: String(body['access_token']),
    }),
  })
  expect(await answer.json()).toMatchObject({
    active: true,
    token_type: 'DPoP',
    cnf: { jkt: key.thumbprint },
  })
})

describe('SEC-400 the metadata', () => {
  test('lists the algorithms of proofs', async () => {
    const { issuer } = await startDpopAuthority()
    const { dpop_signing_alg_values_supported: algorithms } = await readMetadata(issuer)
    expect(algorithms).toEqual(expect.arrayContaining(['ES256', 'EdDSA', 'Ed25519', 'RS256']))
    expect(JSON.stringify(algorithms)).not.toMatch(/HS|none/)
  })

  test('says nothing without the option, and proofs are ignored then', async () => {
    const { issuer, createKey, issueCode, post } = await startDpopAuthority({})
    expect(await readMetadata(issuer)).not.toHaveProperty('dpop_signing_alg_values_supported')
    const key = await createKey()
    const parameters = await issueCode({ dpop_jkt: key.thumbprint })
    expect(await post(parameters, key)).toMatchObject(BEARER)
  })
})

test('SEC-400 a web page may send proofs', async () => {
  const { issuer } = await startDpopAuthority()
  const answer = await fetch(`${issuer}/token`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'dpop',
    },
  })
  expect(answer.headers.get('access-control-allow-headers')).toMatch(/(?:^|, )DPoP(?:,|$)/)
})

test('SEC-400 openid-client learns the nonce by itself', async () => {
  const { issuer, issueCode } = await startDpopAuthority({ dpop: { nonceSecret: 's'.repeat(32) } })
  const { client_id: clientId = '', ...parameters } = await issueCode()
  const configuration = await openid.discovery(
    new URL(issuer),
    clientId,
    undefined,
    openid.None(),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  const DPoP = openid.getDPoPHandle(configuration, await openid.randomDPoPKeyPair('EdDSA'))
  const { grant_type: grantType = '', ...rest } = parameters
  const tokens = await openid.genericGrantRequest(configuration, grantType, rest, { DPoP })
  expect(tokens.token_type).toBe('dpop')
})
