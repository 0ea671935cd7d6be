import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { STORES } from '../unit/authorization-server/support/stores.ts'
import { basic, createKeyClient, READ, SECRET, startGrants, WRITE } from './world.ts'

const GRANT = { grant_type: 'client_credentials' } as const
const CLIENT_CREDENTIALS = ['client_credentials']
const INVALID_CLIENT = { status: 401, body: { error: 'invalid_client' } } as const

test('CC-01 the metadata lists how clients authenticate, with which algorithms, and the grant', async () => {
  const { metadata } = await startGrants(({ resource }) => ({
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [resource]: [READ] },
      },
    ],
  }))
  const document = await metadata()
  expect(document['grant_types_supported']).toEqual([
    'authorization_code',
    'refresh_token',
    'client_credentials',
  ])
  expect(document['token_endpoint_auth_methods_supported']).toEqual(
    expect.arrayContaining(['private_key_jwt', 'client_secret_basic', 'client_secret_post']),
  )
  const algorithms = document['token_endpoint_auth_signing_alg_values_supported']
  expect(algorithms).toEqual(expect.arrayContaining(['ES256', 'RS256']))
  expect(String(algorithms)).not.toMatch(/none|HS/)
})

test('CC-01 CC-03 a secret is taken in the header and in the body, and there is no refresh token', async () => {
  const { post, resource, whoami, issuer, events } = await startGrants(({ resource: mcp }) => ({
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [mcp]: [READ] },
      },
    ],
  }))
  const inBody = { client_id: 'report', client_secret: SECRET }
  for (const answer of [await post(GRANT, basic('report')), await post({ ...GRANT, ...inBody })]) {
    expect(answer).toMatchObject({ status: 200 })
    expect(Object.keys(answer.body).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'scope',
      'token_type',
    ])
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      iss: issuer,
      aud: resource,
      sub: 'report',
      client_id: 'report',
      scope: READ,
    })
    const called = await whoami(String(answer.body['access_token']))
    // A principal that is a client has no subject.
    expect([called.status, await called.text()]).toEqual([
      200,
      expect.not.stringContaining('subject'),
    ])
  }
  expect(events.filter(({ type }) => type === 'grant.allow')).toMatchObject([
    { grantType: 'client_credentials', clientId: 'report', resource, scopes: [READ] },
    {},
  ])
  expect(await post(GRANT, basic('report', 'x'.repeat(40)))).toMatchObject(INVALID_CLIENT)
})

test('CC-04 a client gets what is configured for it: one resource, and of its scopes no other', async () => {
  const { post, resource, otherResource } = await startGrants((world) => ({
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [world.resource]: [READ], [world.otherResource]: [READ, WRITE] },
      },
    ],
  }))
  const ask = (parameters: Record<string, string>) =>
    post({ ...GRANT, ...parameters }, basic('report'))
  expect(await ask({})).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
  expect(await ask({ resource: 'https://elsewhere.example.com' })).toMatchObject({
    status: 400,
    body: { error: 'invalid_target' },
  })
  expect(await ask({ resource })).toMatchObject({ status: 200, body: { scope: READ } })
  expect(await ask({ resource: otherResource, scope: `${WRITE} admin` })).toMatchObject({
    status: 200,
    body: { scope: WRITE },
  })
  expect(await ask({ resource, scope: WRITE })).toMatchObject({
    status: 400,
    body: { error: 'invalid_scope' },
  })
  const { body } = await ask({ resource, scope: READ })
  expect(decodeJwt(String(body['access_token'])).aud).toBe(resource)
})

test('CC-02 a private key authenticates, with and without client_id, and the audience is ours', async () => {
  const key = createKeyClient()
  const { post, issuer } = await startGrants(({ resource }) => ({
    clients: [
      {
        clientId: 'report',
        jwks: key.jwks,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [resource]: [READ] },
      },
    ],
  }))
  const now = Math.floor(Date.now() / 1_000)
  const ask = async (
    claims: Readonly<Record<string, unknown>> = {},
    audience = issuer,
    further = {},
  ) => post({ ...GRANT, ...further, ...(await key.authenticate('report', audience, claims)) })
  expect(await ask()).toMatchObject({ status: 200 })
  expect(await ask({}, `${issuer}/token`, { client_id: 'report' })).toMatchObject({ status: 200 })
  expect((await ask({}, issuer, { client_id: 'other' })).status).toBe(400)
  const wrong: Readonly<Record<string, unknown>>[] = [
    { iss: 'other' },
    { sub: 'other' },
    { aud: 'https://as.example.com' },
    { exp: undefined },
    { exp: now - 60 },
    { exp: now + 7_200 },
    { jti: undefined },
  ]
  for (const claims of wrong) expect(await ask(claims)).toMatchObject(INVALID_CLIENT)
  const stranger = await createKeyClient().authenticate('report', issuer)
  expect(await post({ ...GRANT, ...stranger })).toMatchObject(INVALID_CLIENT)
})

const stores = STORES.filter(([, { name }]) => name !== 'SQLite')

test.each(stores)(
  'CC-02 an assertion is used once, by two replicas over one %s, and the others are invalid_client',
  { timeout: 60_000 },
  async (_title, { open, missing }) => {
    if (missing !== '') return
    const key = createKeyClient()
    const world = await startGrants(
      ({ resource }) => ({
        clients: [
          {
            clientId: 'report',
            jwks: key.jwks,
            grantTypes: CLIENT_CREDENTIALS,
            scopes: { [resource]: [READ] },
          },
        ],
      }),
      await open(2),
    )
    const request = { ...GRANT, ...(await key.authenticate('report', world.issuer)) }
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.post(request)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused).toHaveLength(9)
    for (const answer of refused) expect(answer).toMatchObject(INVALID_CLIENT)
    expect(await world.post(request)).toMatchObject(INVALID_CLIENT)
  },
)

test('CC-03 a client that registers itself gets no token of its own', async () => {
  const { post, issuer, servers, events } = await startGrants(({ resource }) => ({
    registration: 'token',
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [resource]: [READ] },
      },
    ],
  }))
  const token = await servers[0]?.initialAccessTokens?.issue({
    ttlSeconds: 60,
    grantTypes: CLIENT_CREDENTIALS,
  })
  const registered = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_types: CLIENT_CREDENTIALS,
      response_types: [],
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_post',
    }),
  })
  const { client_id, client_secret } = (await registered.json()) as Record<string, string>
  expect(
    await post({ ...GRANT, client_id: `${client_id}`, client_secret: `${client_secret}` }),
  ).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
  expect(events.at(-1)).toMatchObject({ type: 'grant.deny', reason: 'client', clientId: client_id })
})

test('CC-05 a client that lacks a scope asks for it, and gets it where it is configured', async () => {
  const { post } = await startGrants(({ resource }) => ({
    clients: [
      {
        clientId: 'report',
        clientSecret: SECRET,
        grantTypes: CLIENT_CREDENTIALS,
        scopes: { [resource]: [READ, WRITE] },
      },
    ],
  }))
  const first = await post({ ...GRANT, scope: READ }, basic('report'))
  const second = await post({ ...GRANT, scope: `${READ} ${WRITE}` }, basic('report'))
  expect([first.body['scope'], second.body['scope']]).toEqual([READ, `${READ} ${WRITE}`])
})

test.each<[string, object]>([
  ['no scopes', {}],
  ['scopes of no resource', { scopes: {} }],
  ['a resource that is not ours', { scopes: { 'https://elsewhere.example.com': [READ] } }],
  ['a scope that the resource lacks', { scopes: { RESOURCE: ['admin'] } }],
  ['audiences without an exchange', { scopes: { RESOURCE: [READ] }, subjectTokenAudiences: [] }],
  ['no way to authenticate', { scopes: { RESOURCE: [READ] }, clientSecret: undefined }],
])('CC-03 a client with %s is refused at start', async (_title, change) => {
  const start = startGrants(({ resource }) => ({
    clients: [
      JSON.parse(
        JSON.stringify({
          clientId: 'report',
          clientSecret: SECRET,
          grantTypes: CLIENT_CREDENTIALS,
          ...change,
        }).replaceAll('RESOURCE', resource),
      ) as never,
    ],
  }))
  await expect(start).rejects.toMatchObject({ code: 'ERR_CONFIG_CLIENT' })
})
