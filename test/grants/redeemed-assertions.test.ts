import { decodeJwt } from 'jose'
import { createKeyRing, generateKey, keysFromFunction } from 'mcp-gatehouse/keys'
import { createTokenIssuer } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { proveRequest } from '../security/support/dpop-authority.ts'
import { createDpopClient } from '../security/support/dpop-client.ts'
import { STORES } from '../unit/authorization-server/support/stores.ts'
import { INVALID_GRANT, JWT_BEARER, startEnterprise } from './enterprise-world.ts'
import { signInAlice } from './sign-in.ts'
import { basic, createKeyClient, READ, WRITE } from './world.ts'

const unixTime = (): number => Math.floor(Date.now() / 1_000)
const stores = STORES.filter(([, { name }]) => name !== 'SQLite')

test.each(stores)(
  'EMA-07 SEC-402 over one %s, two replicas redeem an assertion once, and a failed try burns none',
  { timeout: 60_000 },
  async (_title, { open, missing }) => {
    if (missing !== '') return
    const { mint, redeem, reason } = await startEnterprise({ storages: await open(2) })
    const assertion = await mint()
    expect(await redeem(assertion, {}, basic('other'))).toMatchObject(INVALID_GRANT)
    expect(await redeem(assertion, { scope: WRITE })).toMatchObject(INVALID_GRANT)
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(assertion)))
    const refused = answers.filter(({ status }) => status !== 200)
    expect(refused).toHaveLength(9)
    for (const answer of refused) expect(answer).toMatchObject(INVALID_GRANT)
    expect(await redeem(assertion)).toMatchObject(INVALID_GRANT)
    expect(reason()).toBe('assertion.replayed')
  },
)

test('EMA-07 the same jti of another issuer is another assertion', async () => {
  const second = await createTokenIssuer()
  onTestFinished(() => second.close())
  const world = await startEnterprise({
    server: ({ identityAssertions }) => ({
      identityAssertions: {
        issuers: [...(identityAssertions?.issuers ?? []), { issuer: second.issuer }],
      },
    }),
  })
  const claims = {
    aud: world.issuer,
    client_id: 'agent',
    resource: world.resource,
    scope: READ,
    jti: 'the same',
  }
  const one = await world.redeem(await world.mint(claims))
  const other = await world.redeem(
    await second.mint(claims, { header: { typ: 'oauth-id-jag+jwt' } }),
  )
  expect([one.status, other.status]).toEqual([200, 200])
  const subjects = [one, other].map(({ body }) => decodeJwt(String(body['access_token'])).sub)
  expect(new Set(subjects).size).toBe(2)
})

test('EMA-08 no event has an assertion in it, and none is taken from a URL', async () => {
  const { mint, redeem, post, events } = await startEnterprise()
  const [good, bad] = [await mint(), await mint({ scope: 'admin' })]
  await redeem(good)
  await redeem(bad)
  const query = new URLSearchParams({ assertion: await mint() })
  const inQuery = await post({ grant_type: JWT_BEARER }, basic('agent'), `/token?${query}`)
  expect(inQuery).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  const written = JSON.stringify(events)
  for (const assertion of [good, bad]) {
    for (const part of assertion.split('.')) expect(written).not.toContain(part)
  }
})

test('EMA-09 a client authenticates with its private key', async () => {
  const key = createKeyClient()
  const { mint, redeem, issuer } = await startEnterprise({
    server: () => ({
      clients: [{ clientId: 'agent', jwks: key.jwks, grantTypes: [JWT_BEARER] }],
    }),
  })
  const parameters = await key.authenticate('agent', issuer)
  expect(await redeem(await mint(), parameters, {})).toMatchObject({ status: 200 })
})

test('EMA-09 a client without a secret or a key is refused at start', async () => {
  const start = startEnterprise({
    server: () => ({ clients: [{ clientId: 'agent', grantTypes: [JWT_BEARER] }] }),
  })
  await expect(start).rejects.toMatchObject({ code: 'ERR_CONFIG_CLIENT' })
})

test('EMA-10 a token of an assertion is revoked by its client, and a user who is signed out gets none', async () => {
  const { mint, redeem, post, whoami, reason, servers, provider } = await startEnterprise()
  const early = await mint({ iat: unixTime() - 5 })
  const token = String((await redeem(await mint())).body['access_token'])
  expect((await whoami(token)).status).toBe(200)
  expect((await post({ token }, basic('agent'), '/revoke')).status).toBe(200)
  expect((await whoami(token)).status).toBe(401)
  const alice = { issuer: provider.issuer, subject: provider.users['alice']?.sub ?? '' }
  expect(await servers[0]?.signOut(alice)).toBe(true)
  expect(await redeem(early)).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.revoked')
})

test('EMA-12 an account is found by a verified address, where both sides and the domain allow it', async () => {
  const users = [
    {
      username: 'alice',
      password: 'wonderland',
      claims: { email: 'Alice@example.com', email_verified: true, roles: ['admin'] },
    },
  ]
  const world = await startEnterprise({
    issuer: { linkEmailDomains: ['example.com'] },
    server: () => ({ users }),
  })
  const own = await signInAlice(world)
  const subjectOf = async (claims: object): Promise<unknown> => {
    const { body } = await world.redeem(await world.mint({ ...claims }))
    return decodeJwt(String(body['access_token'])).sub
  }
  const verified = { email: 'alice@example.com', email_verified: true }
  expect(await subjectOf({ ...verified, email_verified: undefined, sub: 'a' })).not.toBe(own.sub)
  expect(await subjectOf({ ...verified, email: 'alice@elsewhere.com', sub: 'b' })).not.toBe(own.sub)
  expect(await subjectOf({ ...verified, sub: 'c' })).toBe(own.sub)
  // Who has an account of their own keeps it.
  expect(await subjectOf({ ...verified, sub: 'a' })).not.toBe(own.sub)
  const unlinked = await startEnterprise({ server: () => ({ users }) })
  const other = await signInAlice(unlinked)
  const { body } = await unlinked.redeem(await unlinked.mint(verified))
  expect(decodeJwt(String(body['access_token'])).sub).not.toBe(other.sub)
})

test('EMA-13 an assertion may be encrypted for a key that is published', async () => {
  const document = { keys: [await generateKey({ use: 'encryption' })] }
  const encryptionKeys = await createKeyRing({
    use: 'encryption',
    source: keysFromFunction(() => document),
  })
  const { mint, redeem, issuer, reason } = await startEnterprise({
    server: ({ identityAssertions }) => ({
      identityAssertions: { issuers: identityAssertions?.issuers ?? [], encryptionKeys },
    }),
  })
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { use?: string }[] }
  const encryptionKey = keys.find(({ use }) => use === 'enc')
  expect(Object.keys(encryptionKey ?? {})).not.toContain('d')
  const encrypted = await mint({}, { encryptionKey: encryptionKey as object })
  expect(encrypted.split('.')).toHaveLength(5)
  expect(await redeem(encrypted)).toMatchObject({ status: 200 })
  expect(await redeem(encrypted)).toMatchObject(INVALID_GRANT)
  expect(reason()).toBe('assertion.replayed')
  expect(await redeem(await mint())).toMatchObject({ status: 200 })
  const plain = await startEnterprise()
  expect(
    await plain.redeem(await plain.mint({}, { encryptionKey: encryptionKey as object })),
  ).toMatchObject(INVALID_GRANT)
})

test('EMA-13 SEC-402 an assertion that is bound to a key needs a proof by that key', async () => {
  const { mint, redeem, issuer } = await startEnterprise({ server: () => ({ dpop: {} }) })
  const key = await createDpopClient(`${issuer}/token`, unixTime)
  const other = await createDpopClient(`${issuer}/token`, unixTime)
  const assertion = await mint({ cnf: { jkt: key.thumbprint } })
  const withProof = async (by: typeof key) => ({
    ...basic('agent'),
    dpop: await proveRequest(by),
  })
  expect(await redeem(assertion)).toMatchObject(INVALID_GRANT)
  expect(await redeem(assertion, {}, await withProof(other))).toMatchObject(INVALID_GRANT)
  expect(await redeem(assertion, {}, await withProof(key))).toMatchObject({
    status: 200,
    body: { token_type: 'DPoP' },
  })
})

test('an identity provider that cannot be reached is 503, and the assertion stays good', async () => {
  const { mint, redeem, provider } = await startEnterprise()
  const assertion = await mint()
  provider.intercept = (_req, res) => {
    res.writeHead(503).end()
    return true
  }
  const answer = await redeem(assertion)
  expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } })
  expect(answer.headers.get('retry-after')).toBe('5')
})
