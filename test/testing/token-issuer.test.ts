import { decodeJwt, type JWK } from 'jose'
import { createResourceServer, type ResourceServer } from 'mcp-gatehouse'
import { createKeyRing, generateKey, keysFromFunction, type StoredKey } from 'mcp-gatehouse/keys'
import { createDpopKey, createTokenIssuer, type TokenIssuer } from 'mcp-gatehouse/testing'
import { introspectionVerifier, jweVerifier, jwtVerifier } from 'mcp-gatehouse/verifiers'
import { expect, onTestFinished, test } from 'vitest'

const RESOURCE = 'https://mcp.example.com/mcp'
const ALICE = { aud: RESOURCE, sub: 'alice', scope: 'notes:read' }
const SETTINGS = { resource: RESOURCE, allowInsecureLoopback: true, onEvent: () => undefined }

async function open(): Promise<TokenIssuer> {
  const issuer = await createTokenIssuer()
  onTestFinished(() => issuer.close())
  return issuer
}

/** The caller, or the status of the refusal. */
async function ask(
  gatehouse: ResourceServer,
  headers: Readonly<Record<string, string>>,
): Promise<object | number> {
  const request = new Request(RESOURCE, { method: 'POST', headers })
  const admission = await gatehouse.authenticate(request)
  return admission instanceof Response ? admission.status : admission.principal
}

function bearer(token: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${token}` }
}

function publicOf({ d: _private, ...publicKey }: StoredKey): JWK {
  return publicKey
}

const alice = { subject: 'alice', clientId: 'client-1', scopes: new Set(['notes:read']) }

test.each(['client_secret_basic', 'client_secret_post'] as const)(
  'an opaque token means what it was minted with, until it is revoked (%s)',
  async (clientSecretMethod) => {
    const server = await open()
    const { issuer, introspectionClient } = server
    const gatehouse = createResourceServer({
      ...SETTINGS,
      authorizationServers: [server.issuer],
      verifier: introspectionVerifier({
        issuer,
        ...introspectionClient,
        clientSecretMethod,
        cacheSeconds: 0,
        negativeCacheSeconds: 0,
        allowInsecureLoopback: true,
      }),
    })
    const token = server.mintOpaque(ALICE)
    expect(token).not.toContain('.')
    expect(await ask(gatehouse, bearer(token))).toMatchObject(alice)
    expect(await ask(gatehouse, bearer(server.mintOpaque({ ...ALICE, exp: 1 })))).toBe(401)
    expect(
      await ask(gatehouse, bearer(server.mintOpaque({ ...ALICE, aud: 'https://other' }))),
    ).toBe(401)
    server.revoke(token)
    expect(await ask(gatehouse, bearer(token))).toBe(401)
  },
)

test('introspection answers nobody but its client', async () => {
  const server = await open()
  const { issuer, introspectionClient } = server
  const introspect = async (authorization: string | undefined, fields: object = {}) => {
    const answer = await fetch(`${issuer}/introspect`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body: new URLSearchParams({ token: server.mintOpaque(ALICE), ...fields }),
    })
    return [answer.status, ((await answer.json()) as { active?: boolean }).active]
  }
  const { clientId, clientSecret } = introspectionClient
  expect(await introspect(`Basic ${btoa(`${clientId}:${clientSecret}`)}`)).toEqual([200, true])
  expect(await introspect(undefined)).toEqual([401, undefined])
  expect(await introspect(`Basic ${btoa(`${clientId}:wrong`)}`)).toEqual([401, undefined])
  expect(await introspect(undefined, { client_id: clientId, client_secret: 'x' })).toEqual([
    401,
    undefined,
  ])
})

test('a token that is encrypted for a resource server says nothing to anybody else', async () => {
  const server = await open()
  const key = await generateKey({ use: 'encryption' })
  const source = keysFromFunction(() => ({ keys: [key] }))
  const gatehouse = createResourceServer({
    ...SETTINGS,
    authorizationServers: [server.issuer],
    verifier: jweVerifier({
      keys: await createKeyRing({ use: 'encryption', source }),
      nested: jwtVerifier({ issuer: server.issuer, allowInsecureLoopback: true }),
    }),
  })
  const token = await server.mint(ALICE, { encryptionKey: publicOf(key) })
  expect(token.split('.')).toHaveLength(5)
  expect(await ask(gatehouse, bearer(token))).toMatchObject(alice)
  const other = await generateKey({ use: 'encryption' })
  const foreign = await server.mint(ALICE, { encryptionKey: publicOf(other) })
  expect(await ask(gatehouse, bearer(foreign))).toBe(401)
  await expect(server.mint(ALICE, { encryptionKey: other })).rejects.toMatchObject({
    code: 'ERR_CONFIG_KEY_INVALID',
  })
})

test.each(['ES256', 'RS256', 'EdDSA'] as const)(
  'a token bound to a key comes with its proof, for one request (%s)',
  async (algorithm) => {
    const server = await open()
    const gatehouse = createResourceServer({
      ...SETTINGS,
      authorizationServers: [server.issuer],
      dpop: { required: true, algorithms: [algorithm] },
    })
    const key = await createDpopKey({ algorithm })
    const accessToken = await server.mint({ ...ALICE, cnf: key.cnf })
    const send = (dpop: string) => ask(gatehouse, { authorization: `DPoP ${accessToken}`, dpop })
    const proof = await key.prove({ url: `${RESOURCE}?a=1#b`, accessToken })
    expect(decodeJwt(proof)).toMatchObject({ htm: 'POST', htu: RESOURCE })
    expect(await send(proof)).toMatchObject(alice)
    expect(await send(proof)).toBe(401)
    expect(await send(await key.prove({ method: 'GET', url: RESOURCE, accessToken }))).toBe(401)
    expect(await send(await key.prove({ url: RESOURCE }))).toBe(401)
    const thief = await createDpopKey({ algorithm })
    expect(await send(await thief.prove({ url: RESOURCE, accessToken }))).toBe(401)
    const stale = { claims: { iat: 1 } }
    expect(await send(await key.prove({ url: RESOURCE, accessToken }, stale))).toBe(401)
  },
)

test('a proof has the nonce that the server gave', async () => {
  const server = await open()
  const gatehouse = createResourceServer({
    ...SETTINGS,
    authorizationServers: [server.issuer],
    dpop: { nonceSecret: crypto.getRandomValues(new Uint8Array(32)) },
  })
  const key = await createDpopKey()
  const accessToken = await server.mint({ ...ALICE, cnf: key.cnf })
  const send = async (nonce?: string) =>
    gatehouse.authenticate(
      new Request(RESOURCE, {
        method: 'POST',
        headers: {
          authorization: `DPoP ${accessToken}`,
          dpop: await key.prove({ url: RESOURCE, accessToken, nonce }),
        },
      }),
    )
  const first = await send()
  const nonce = first instanceof Response ? first.headers.get('dpop-nonce') : null
  expect(nonce).toBeTypeOf('string')
  expect(await send(nonce ?? '')).not.toBeInstanceOf(Response)
})

test('an answer to order has its own content type, however its name is written', async () => {
  const issuer = await open()
  issuer.respond('/jwks', { headers: { 'content-type': 'text/html' }, body: '<p>' })
  expect((await fetch(issuer.jwksUri)).headers.get('content-type')).toBe('text/html')
})
