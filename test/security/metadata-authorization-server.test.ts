import { createResourceServer } from 'mcp-gatehouse'
import {
  createScriptedBrowser,
  createTestAuthorizationServer,
  createTokenIssuer,
  type TokenIssuer,
} from 'mcp-gatehouse/testing'
import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import {
  ALICE,
  createAuthorizationRequest,
  obtainTokens,
  postToken,
  REDIRECT_URI,
  register,
} from '../testing/flow.ts'

const RESOURCE = 'https://mcp.example.com/mcp'
const SCOPE = 'notes:read'
const document = z.record(z.string(), z.unknown())

describe('SEC-095 an issuer with a path', async () => {
  const PLACES = [
    '/.well-known/oauth-authorization-server/t1',
    '/.well-known/openid-configuration/t1',
    '/t1/.well-known/openid-configuration',
  ]

  test.each(PLACES)('SEC-095 its keys are found by metadata at %s alone', async (place) => {
    await using issuer = await openIssuer('/t1')
    for (const path of PLACES) issuer.respond(path, { status: 404, body: '{}' })
    issuer.respond(place, { body: JSON.stringify(issuer.metadata) })
    expect(await ask(issuer)).toBe(200)
  })

  test.each(PLACES)('SEC-095 metadata of another issuer at %s is not used', async (place) => {
    await using issuer = await openIssuer('/t1')
    for (const path of PLACES) issuer.respond(path, { status: 404, body: '{}' })
    const body = JSON.stringify({ ...issuer.metadata, issuer: issuer.issuer.replace('/t1', '/t2') })
    issuer.respond(place, { body })
    expect(await ask(issuer)).toBe(503)
    expect(issuer.requests.map(({ path }) => path)).not.toContain('/t1/jwks')
  })

  test('SEC-095 a tenant that the server does not have is not found', async () => {
    await using issuer = await openIssuer('/t1')
    const gatehouse = createResourceServer({
      resource: RESOURCE,
      authorizationServers: [issuer.issuer.replace('/t1', '/t2')],
      allowInsecureLoopback: true,
    })
    await expect(gatehouse.warmUp()).rejects.toMatchObject({
      code: 'ERR_UPSTREAM_METADATA_NOT_FOUND',
    })
  })

  const server = await createTestAuthorizationServer({
    resources: { [RESOURCE]: [SCOPE] },
    path: '/t1',
  })
  afterAll(() => server.close())
  const origin = new URL(server.issuer).origin

  test('SEC-095 the same document is at all three places, under the one issuer', async () => {
    const documents = await Promise.all(
      PLACES.map(async (place) => {
        const answer = await fetch(origin + place)
        return [place, answer.status, answer.ok && document.parse(await answer.json())] as const
      }),
    )
    const [first] = documents
    expect(documents).toEqual(PLACES.map((place) => [place, 200, first?.[2]]))
    expect(first?.[2]).toMatchObject({ issuer: server.issuer })
  })

  test('SEC-095 the places of another tenant are not found', async () => {
    for (const place of PLACES) {
      const { status } = await fetch(origin + place.replace('t1', 't2'))
      expect([place, status]).toEqual([place, 404])
    }
  })
})

describe('SEC-096 the metadata of an authorization server and its behaviour', async () => {
  const server = await createTestAuthorizationServer({ resources: { [RESOURCE]: [SCOPE] } })
  afterAll(() => server.close())
  const metadata = document.parse(
    await (await fetch(`${server.issuer}/.well-known/oauth-authorization-server`)).json(),
  )
  const browser = createScriptedBrowser()
  const { client } = await register(server.issuer)
  const clientId = z.string().parse(client['client_id'])

  /** `error` of the answer to an authorization request. */
  async function errorOf(
    parameters: Readonly<Record<string, string | undefined>>,
  ): Promise<string | undefined> {
    const { url } = createAuthorizationRequest(server.issuer, clientId, parameters)
    const answer = await fetch(url, { redirect: 'manual' })
    return new Map(answerParameters(answer)).get('error')
  }

  test('SEC-096 S256 is all that is offered, and all that works', async () => {
    expect(metadata['code_challenge_methods_supported']).toEqual(['S256'])
    expect(await errorOf({ code_challenge_method: 'plain' })).toBe('invalid_request')
    expect(await errorOf({ code_challenge: undefined, code_challenge_method: undefined })).toBe(
      'invalid_request',
    )
  })

  test('SEC-096 nothing unsigned is offered', () => {
    const algorithms = Object.entries(metadata).filter(([name]) => name.includes('_alg_values_'))
    expect(algorithms.length).toBeGreaterThan(0)
    expect(
      algorithms.filter(([, values]) => z.array(z.string()).parse(values).includes('none')),
    ).toEqual([])
  })

  test('SEC-096 the response types that are not offered do not work', async () => {
    expect(metadata['response_types_supported']).toEqual(['code'])
    for (const response_type of ['token', 'id_token', 'code token']) {
      expect(await errorOf({ response_type })).toMatch(
        /^(?:unsupported_response_type|unauthorized_client)$/,
      )
    }
  })

  test('SEC-096 every offered way of client authentication can be registered, and no other', async () => {
    const offered = z.array(z.string()).parse(metadata['token_endpoint_auth_methods_supported'])
    const known = [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
    ]
    for (const token_endpoint_auth_method of known) {
      const { status } = await register(server.issuer, { token_endpoint_auth_method })
      const expected = offered.includes(token_endpoint_auth_method) ? 201 : 400
      expect([token_endpoint_auth_method, status]).toEqual([token_endpoint_auth_method, expected])
    }
  })

  test('SEC-096 every offered grant type can be used, and no other', async () => {
    expect(metadata['grant_types_supported']).toEqual(['authorization_code', 'refresh_token'])
    const tokens = await obtainTokens(server.issuer, {
      browser,
      clientId,
      signIn: ALICE,
      parameters: { resource: RESOURCE, scope: SCOPE },
    })
    const refresh = { client_id: clientId, refresh_token: String(tokens['refresh_token']) }
    expect(
      (await postToken(server.issuer, { grant_type: 'refresh_token', ...refresh })).status,
    ).toBe(200)
    for (const grant_type of [
      'client_credentials',
      'password',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'urn:ietf:params:oauth:grant-type:device_code',
    ]) {
      const answer = await postToken(server.issuer, { grant_type, client_id: clientId })
      expect(answer).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
    }
  })

  test('SEC-096 the registration endpoint is the one that works', () => {
    expect(metadata['registration_endpoint']).toBe(`${server.issuer}/register`)
    expect(client).toMatchObject({ redirect_uris: [REDIRECT_URI] })
  })

  test('SEC-096 client id metadata documents are neither offered nor accepted without one', async () => {
    expect(metadata['client_id_metadata_document_supported']).not.toBe(true)
    const unknown = createAuthorizationRequest(server.issuer, 'https://app.example.com/client.json')
    expect((await fetch(unknown.url, { redirect: 'manual' })).status).toBe(400)
  })

  test('SEC-096 iss is offered, and stands in answers and in errors', async () => {
    expect(metadata['authorization_response_iss_parameter_supported']).toBe(true)
    const { url } = createAuthorizationRequest(server.issuer, clientId, {
      resource: RESOURCE,
      scope: SCOPE,
    })
    const callback = await browser.authorize(url, ALICE)
    expect(callback.searchParams.get('iss')).toBe(server.issuer)

    const { url: wrong } = createAuthorizationRequest(server.issuer, clientId, {
      response_type: 'token',
    })
    const answer = await fetch(wrong, { redirect: 'manual' })
    expect(answerParameters(answer)).toContainEqual(['iss', server.issuer])
  })

  test('SEC-096 every endpoint that is named answers', async () => {
    const endpoints = Object.entries(metadata).filter(([name]) =>
      /_endpoint$|^jwks_uri$/.test(name),
    )
    expect(endpoints.length).toBeGreaterThan(3)
    for (const [name, url] of endpoints) {
      const method = /^(?:token|registration|revocation)_/.test(name) ? 'POST' : 'GET'
      const { status } = await fetch(z.string().parse(url), { method, redirect: 'manual' })
      expect([name, status]).not.toEqual([name, 404])
    }
  })
})

/** The parameters of an authorization response, wherever its response mode puts them. */
function answerParameters(answer: Response): readonly (readonly [string, string])[] {
  const location = answer.headers.get('location') ?? ''
  if (!URL.canParse(location)) return []
  const { searchParams, hash } = new URL(location)
  return [...searchParams, ...new URLSearchParams(hash.slice(1))]
}

async function openIssuer(path: string): Promise<TokenIssuer & AsyncDisposable> {
  const issuer = await createTokenIssuer({ path })
  return Object.assign(issuer, { [Symbol.asyncDispose]: () => issuer.close() })
}

/** The status for a good token of this issuer. */
async function ask(issuer: TokenIssuer): Promise<number> {
  const gatehouse = createResourceServer({
    resource: RESOURCE,
    authorizationServers: [issuer.issuer],
    allowInsecureLoopback: true,
  })
  const handle = gatehouse.protect(() => new Response())
  const Authorization = `Bearer ${await issuer.mint({ aud: RESOURCE })}`
  return (await handle(new Request(RESOURCE, { headers: { Authorization } }))).status
}
