import { describe, expect, test } from 'vitest'
import { basic, SECRET, startTokenWorld } from './support/token-world.ts'

/** Of the client that signs. */
const ASSERTION = {
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: `${btoa('{"alg":"none"}')}.${btoa('{"sub":"signing","iss":"signing"}')}.`,
}
const CANARY = 'canary-of-the-upstream'

describe('SEC-135 a client that has a secret and does not send it', () => {
  test.each(['basic', 'post'])('is refused for codes and refresh tokens: %s', async (client) => {
    const { node, issueCode } = await startTokenWorld()
    const { parameters } = await issueCode({ client })
    const proof = client === 'basic' ? basic(client) : {}
    const secret = client === 'post' ? { client_secret: SECRET } : {}
    const refusal = { status: 401, body: { error: 'invalid_client' } }
    expect(await node.post('/token', parameters)).toMatchObject(refusal)
    const { status, body } = await node.post('/token', { ...parameters, ...secret }, proof)
    expect(status).toBe(200)
    const refresh = {
      grant_type: 'refresh_token',
      client_id: client,
      refresh_token: String(body['refresh_token']),
    }
    expect(await node.post('/token', refresh)).toMatchObject(refusal)
    expect(await node.post('/token', { ...refresh, ...secret }, proof)).toMatchObject({
      status: 200,
    })
  })
})

describe('SEC-136 and SEC-137 credentials of a client', () => {
  test.each<[string, string, Record<string, string>, Record<string, string>]>([
    ['a wrong secret', 'basic', {}, basic('basic', 'wrong')],
    ['a secret from a public client', 'app', { client_secret: SECRET }, {}],
    ['a secret twice', 'basic', { client_secret: SECRET }, basic('basic')],
    ['another client in the field than in the body', 'basic', { client_id: 'app' }, basic('basic')],
    ['bad base64', 'basic', {}, { authorization: 'Basic !!!' }],
    ['no colon', 'basic', {}, { authorization: `Basic ${btoa('basic')}` }],
    ['a bad percent sequence', 'basic', {}, { authorization: `Basic ${btoa('basic:%zz')}` }],
    ['bytes that are no UTF-8', 'basic', {}, { authorization: `Basic ${btoa('basic:\xff\xfe')}` }],
    ['no user', 'basic', {}, { authorization: `Basic ${btoa(':secret')}` }],
    ['no secret', 'basic', {}, { authorization: `Basic ${btoa('basic:')}` }],
    ['another scheme', 'basic', {}, { authorization: `Digest ${btoa('basic:x')}` }],
  ])(
    '%s: refused, and the code is good for the right ones',
    async (_what, client, more, headers) => {
      const { node, issueCode } = await startTokenWorld()
      const { parameters } = await issueCode({ client })
      const answer = await node.post('/token', { ...parameters, ...more }, headers)
      expect([400, 401]).toContain(answer.status)
      expect(answer.body['error']).toBe(
        answer.status === 401 ? 'invalid_client' : 'invalid_request',
      )
      const isBasic = answer.status === 401 && 'authorization' in headers
      expect(answer.headers.get('www-authenticate')?.startsWith('Basic ') ?? false).toBe(isBasic)
      const proof = client === 'basic' ? basic(client) : {}
      expect(await node.post('/token', parameters, proof)).toMatchObject({ status: 200 })
    },
  )
})

describe('SEC-136 a client that authenticates itself in another way than it has registered', () => {
  test.each([
    ['not at all', {}, {}],
    ['with a secret', { client_secret: SECRET }, {}],
    ['with a secret as Basic', {}, basic('signing')],
    ['with an assertion that nobody signed', ASSERTION, {}],
  ])('%s, instead of with its key, is refused', async (_what, more, headers) => {
    const { node, issueCode } = await startTokenWorld()
    const { parameters } = await issueCode({ client: 'signing' })
    const answer = await node.post('/token', { ...parameters, ...more }, headers)
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })

  // `oidc-provider` takes both for one; SDK clients that know only their secret choose Basic.
  test('with its secret, may send it as Basic or in the body', async () => {
    const { node, issueCode } = await startTokenWorld()
    const forBasic = await issueCode({ client: 'basic' })
    const body = { ...forBasic.parameters, client_secret: SECRET }
    expect(await node.post('/token', body)).toMatchObject({ status: 200 })
    const forPost = await issueCode({ client: 'post' })
    expect(await node.post('/token', forPost.parameters, basic('post'))).toMatchObject({
      status: 200,
    })
  })
})

describe('SEC-139 a body', () => {
  test.each([
    [
      'application/json',
      (text: string) => JSON.stringify(Object.fromEntries(new URLSearchParams(text))),
    ],
    ['multipart/form-data; boundary=x', () => '--x--'],
    ['application/json, application/x-www-form-urlencoded', (text: string) => text],
    ['application/x-www-form-urlencoded; charset=utf-16', (text: string) => text],
    ['application/x-www-form-urlencoded; charset=none', (text: string) => text],
    ['text/plain', (text: string) => text],
    ['', (text: string) => text],
  ])('of the type %j is refused and uses nothing up', async (type, write) => {
    const { node, issueCode } = await startTokenWorld()
    const { parameters } = await issueCode()
    const text = new URLSearchParams(parameters).toString()
    const { status, body } = await node.post('/token', write(text), { 'content-type': type })
    expect(body['error']).toBe('invalid_request')
    expect([400, 415]).toContain(status)
    expect(await node.post(`/token?${text}`, '')).toMatchObject({ status: 400 })
    expect(await node.post('/token', parameters)).toMatchObject({ status: 200 })
  })

  test.each(['/token', '/revoke', '/introspect'])(
    'larger than 56 KiB is refused by %s',
    async (path) => {
      const { node } = await startTokenWorld()
      const answer = await node.post(path, {
        client_id: 'app',
        token: 'x',
        pad: 'x'.repeat(60_000),
      })
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    },
  )

  test('that says the same twice is refused', async () => {
    const { node, issueCode } = await startTokenWorld()
    const { parameters } = await issueCode()
    const text = `${new URLSearchParams(parameters)}&code=another`
    expect(await node.post('/token', text)).toMatchObject({ status: 400 })
    expect(await node.post('/token', parameters)).toMatchObject({ status: 200 })
  })
})

test('SEC-141 no answer is kept by caches, or says more than the tokens', async () => {
  const { node, issueCode, refresh } = await startTokenWorld()
  const { parameters } = await issueCode()
  const good = await node.post('/token', parameters)
  const again = await refresh(good.body['refresh_token'])
  const bad = await node.post('/token', { ...parameters, code: CANARY })
  for (const { headers } of [good, again, bad]) {
    expect(headers.get('cache-control')).toBe('no-store')
  }
  for (const { body } of [good, again]) {
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'scope',
      'token_type',
    ])
  }
  expect(bad.body).toEqual({
    error: 'invalid_grant',
    error_description: 'grant request is invalid',
  })
})
