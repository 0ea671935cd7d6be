import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { INVALID_GRANT, JWT_BEARER, startEnterprise } from './enterprise-world.ts'
import { basic, READ, startGrants, WRITE } from './world.ts'

const unixTime = (): number => Math.floor(Date.now() / 1_000)

test('EMA-01 the metadata has the grant and its profile, and without the option neither', async () => {
  const { metadata } = await startEnterprise()
  const document = await metadata()
  expect(document['grant_types_supported']).toContain(JWT_BEARER)
  expect(document['authorization_grant_profiles_supported']).toEqual([
    'urn:ietf:params:oauth:grant-profile:id-jag',
  ])
  const without = await (await startGrants(() => ({}))).metadata()
  expect(without).not.toHaveProperty('authorization_grant_profiles_supported')
  expect(without['grant_types_supported']).not.toContain(JWT_BEARER)
})

test('EMA-06 EMA-12 a token is for the resource and the user, and has no refresh token', async () => {
  const { mint, redeem, provider, resource, issuer, events, whoami } = await startEnterprise()
  const { status, headers, body } = await redeem(await mint({ email: 'alice@example.com' }))
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(Object.keys(body).toSorted()).toEqual([
    'access_token',
    'expires_in',
    'scope',
    'token_type',
  ])
  const token = String(body['access_token'])
  const subject = createHash('sha256')
    .update(`${provider.issuer}\n${provider.users['alice']?.sub}`)
    .digest('base64url')
  expect(decodeJwt(token)).toMatchObject({
    iss: issuer,
    aud: resource,
    sub: subject,
    client_id: 'agent',
    scope: READ,
    email: 'alice@example.com',
  })
  expect(decodeJwt(token)).not.toHaveProperty('act')
  expect(await (await whoami(token)).text()).toContain(subject)
  expect(events.find(({ type }) => type === 'grant.allow')).toEqual({
    type: 'grant.allow',
    correlationId: expect.any(String),
    at: expect.any(Number),
    issuer,
    grantType: JWT_BEARER,
    clientId: 'agent',
    assertionIssuer: provider.issuer,
    subject,
    resource,
    scopes: [READ],
  })
})

test('EMA-02 SEC-402 only what an issuer of the configuration has signed as an assertion is one', async () => {
  const { mint, redeem, reason, provider, issuer, resource } = await startEnterprise()
  const stranger = await createTokenIssuer()
  onTestFinished(() => stranger.close())
  const claims = { aud: issuer, client_id: 'agent', resource, scope: READ, jti: 'x' }
  const header = { typ: 'oauth-id-jag+jwt' }
  const [head, payload, signature = ''] = (await mint()).split('.')
  const none = Buffer.from(JSON.stringify({ alg: 'none', ...header })).toString('base64url')
  const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
  const cases: readonly (readonly [string, string])[] = [
    ['assertion.typ', await mint({}, { header: { typ: 'JWT' } })],
    ['assertion.typ', await mint({}, { header: { typ: 'at+jwt' } })],
    ['assertion.typ', await mint({}, { header: { typ: 'oauth-id-jag+jwt2' } })],
    ['assertion.alg', `${none}.${payload}.`],
    ['assertion.sig', `${head}.${payload}.${flipped}`],
    ['assertion.iss', await stranger.mint(claims, { header })],
    ['assertion.kid', await stranger.mint({ ...claims, iss: provider.issuer }, { header })],
    ['assertion.format', 'no.assertion.at.all'],
  ]
  for (const [expected, assertion] of cases) {
    expect(await redeem(assertion)).toMatchObject(INVALID_GRANT)
    expect(reason()).toBe(expected)
  }
  const { id_token: idToken } = await provider.obtainTokens()
  expect(await redeem(String(idToken))).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.typ')
})

test('EMA-02 an algorithm that is not configured for the issuer is refused', async () => {
  const { mint, redeem, reason } = await startEnterprise({ issuer: { algorithms: ['RS256'] } })
  expect(await redeem(await mint())).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.alg')
})

test.each<[string, (world: { issuer: string; resource: string }) => object]>([
  ['assertion.audience', () => ({ aud: 'https://as.example.com' })],
  ['assertion.audience', ({ issuer }) => ({ aud: [issuer, 'https://as.example.com'] })],
  ['assertion.audience', ({ resource }) => ({ aud: resource })],
  ['assertion.audience', () => ({ aud: undefined })],
  ['assertion.audience', () => ({ aud: [] })],
  ['assertion.claims', () => ({ sub: undefined })],
  ['assertion.claims', () => ({ sub: '' })],
  ['assertion.claims', () => ({ sub: 7 })],
  ['assertion.claims', () => ({ iat: undefined })],
  ['assertion.claims', () => ({ exp: undefined })],
  ['assertion.claims', () => ({ exp: '9999999999' })],
  ['assertion.claims', () => ({ jti: undefined })],
  ['assertion.lifetime', () => ({ exp: unixTime() - 60 })],
  ['assertion.lifetime', () => ({ exp: unixTime() + 3_600 })],
  ['assertion.lifetime', () => ({ iat: unixTime() + 120, exp: unixTime() + 300 })],
  ['assertion.lifetime', () => ({ nbf: unixTime() + 120 })],
  ['assertion.lifetime', () => ({ nbf: 'tomorrow' })],
  ['assertion.client', () => ({ client_id: 'other' })],
  ['assertion.client', () => ({ client_id: undefined })],
  ['assertion.client', () => ({ client_id: ['agent'] })],
  ['assertion.tenant', () => ({ tenant: 'acme' })],
  ['assertion.resource', () => ({ resource: 'https://elsewhere.example.com/mcp' })],
  ['assertion.resource', ({ resource }) => ({ resource: [resource, 'https://e.example.com'] })],
  ['assertion.resource', () => ({ resource: [] })],
  ['assertion.resource', () => ({ resource: 7 })],
  ['assertion.resource', () => ({ resource: undefined })],
  ['assertion.scope', () => ({ scope: 'admin' })],
  ['assertion.scope', () => ({ scope: [READ] })],
  ['assertion.restriction', () => ({ cnf: { 'x5t#S256': 'a' } })],
  ['assertion.restriction', () => ({ cnf: 'a' })],
  ['assertion.restriction', () => ({ cnf: { jkt: 'a', jwk: {} } })],
  ['assertion.restriction', () => ({ authorization_details: [] })],
  ['assertion.restriction', () => ({ aud_tenant: 'acme' })],
  ['assertion.restriction', () => ({ act: { sub: 'agent' } })],
])('EMA-03 EMA-04 EMA-05 EMA-13 SEC-402 %s: %s', async (expected, changes) => {
  const { mint, redeem, reason, issuer, resource } = await startEnterprise()
  const answer = await redeem(await mint({ ...changes({ issuer, resource }) }))
  expect(answer).toMatchObject(INVALID_GRANT)
  // The client is told the same, whatever it is.
  expect(answer.body['error_description']).toBe('grant request is invalid')
  expect(reason()).toBe(expected)
})

test('EMA-03 one audience in an array is one', async () => {
  const { mint, redeem, issuer } = await startEnterprise()
  expect(await redeem(await mint({ aud: [issuer] }))).toMatchObject({ status: 200 })
})

test('EMA-04 an assertion is redeemed by its own client only, which authenticates itself', async () => {
  const { mint, redeem, reason } = await startEnterprise()
  const assertion = await mint()
  expect(await redeem(assertion, {}, basic('other'))).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.client')
  expect(await redeem(assertion, {}, basic('agent', 'x'.repeat(40)))).toMatchObject({ status: 401 })
  expect((await redeem(assertion, {}, {})).status).toBe(400)
  expect(await redeem(assertion)).toMatchObject({ status: 200 })
})

test('EMA-05 EMA-06 the request chooses among resources and scopes of the assertion', async () => {
  const { mint, redeem, reason, resource, otherResource } = await startEnterprise()
  const both = { resource: [resource, otherResource], scope: `${READ} ${WRITE} admin` }
  expect(await redeem(await mint(both))).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.resource')
  const chosen = await redeem(await mint(both), { resource: otherResource, scope: `${WRITE} x` })
  expect(chosen).toMatchObject({ status: 200, body: { scope: WRITE } })
  expect(decodeJwt(String(chosen.body['access_token'])).aud).toBe(otherResource)
  expect(await redeem(await mint(), { resource: otherResource })).toMatchObject(INVALID_GRANT)
  expect(await redeem(await mint(), { scope: WRITE })).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.scope')
  expect(await redeem(await mint({ scope: `${READ} ${WRITE}` }), { scope: READ })).toMatchObject({
    body: { scope: READ },
  })
  const unnamed = await redeem(await mint({ resource: undefined }), { resource })
  expect(unnamed).toMatchObject({ status: 200, body: { scope: READ } })
})

test('EMA-06 an assertion without scopes gives those that are configured for its issuer', async () => {
  const none = await startEnterprise()
  const bare = await none.redeem(await none.mint({ scope: undefined }))
  expect([bare.status, bare.body['scope']]).toEqual([200, undefined])
  expect(await none.redeem(await none.mint({ scope: undefined }), { scope: READ })).toMatchObject(
    INVALID_GRANT,
  )
  const some = await startEnterprise({ issuer: { defaultScopes: [READ] } })
  expect(await some.redeem(await some.mint({ scope: undefined }))).toMatchObject({
    body: { scope: READ },
  })
})

test('EMA-05 an issuer lets in only the clients and to the resources that it may', async () => {
  const narrow = await startEnterprise({ issuer: { clients: ['other'] } })
  expect(await narrow.redeem(await narrow.mint())).toMatchObject(INVALID_GRANT)
  expect(narrow.reason()).toBe('assertion.client')
})
