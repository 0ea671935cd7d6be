import { decodeJwt } from 'jose'
import { createPrincipal } from 'mcp-gatehouse/testing'
import { expect, test } from 'vitest'
import { proveRequest } from '../security/support/dpop-authority.ts'
import { createDpopClient } from '../security/support/dpop-client.ts'
import { signIn } from './sign-in.ts'
import { type Answer, basic, type GrantsWorld, READ, SECRET, startGrants, WRITE } from './world.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** RFC 8693 §2.2.2, whatever is wrong with the token. */
const REFUSED = {
  status: 400,
  body: {
    error: 'invalid_request',
    error_description: 'the subject_token cannot be exchanged',
  },
} as const

interface ExchangeWorld extends GrantsWorld {
  readonly exchange: (
    token: string,
    parameters?: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
  readonly reason: () => string | undefined
}

/** A server whose client `gateway` is the first resource, and calls the second. */
async function start(options: { readonly dpop?: object } = {}): Promise<ExchangeWorld> {
  const world = await startGrants(({ resource, otherResource }) => ({
    clients: [
      {
        clientId: 'gateway',
        clientSecret: SECRET,
        grantTypes: [EXCHANGE],
        subjectTokenAudiences: [resource],
        scopes: { [otherResource]: [READ] },
      },
      {
        clientId: 'worker',
        clientSecret: SECRET,
        grantTypes: [EXCHANGE, 'client_credentials'],
        subjectTokenAudiences: [otherResource],
        scopes: { [resource]: [READ, WRITE], [otherResource]: [READ] },
      },
    ],
    ...options,
  }))
  return {
    ...world,
    exchange: (token, parameters = {}, headers = basic('gateway')) =>
      world.post(
        {
          grant_type: EXCHANGE,
          subject_token: token,
          subject_token_type: ACCESS_TOKEN,
          ...parameters,
        },
        headers,
      ),
    reason: () =>
      world.events.flatMap((event) => (event.type === 'grant.deny' ? [event.reason] : [])).at(-1),
  }
}

test('a token of a user is exchanged for one of another resource, which says who acts', async () => {
  const world = await start()
  const { issuer, otherResource, exchange, whoami, metadata, events } = world
  expect((await metadata())['grant_types_supported']).toContain(EXCHANGE)
  const signedIn = await signIn(world, `${READ} ${WRITE}`)
  const subject = decodeJwt(String(signedIn['access_token']))
  const { status, body } = await exchange(String(signedIn['access_token']))
  expect([status, Object.keys(body).toSorted()]).toEqual([
    200,
    ['access_token', 'expires_in', 'issued_token_type', 'scope', 'token_type'],
  ])
  expect(body).toMatchObject({ issued_token_type: ACCESS_TOKEN, scope: READ })
  const claims = decodeJwt(String(body['access_token']))
  expect(claims).toMatchObject({
    iss: issuer,
    aud: otherResource,
    sub: subject.sub,
    client_id: 'gateway',
    act: { sub: 'gateway' },
    roles: ['admin'],
    grant_id: subject['grant_id'],
  })
  expect(Number(claims.exp)).toBeLessThanOrEqual(Number(subject.exp) + 1)
  expect((await whoami(String(body['access_token']), otherResource)).status).toBe(200)
  expect((await whoami(String(body['access_token']))).status).toBe(401)
  expect(events.findLast(({ type }) => type === 'grant.allow')).toMatchObject({
    grantType: EXCHANGE,
    clientId: 'gateway',
    subject: subject.sub,
    resource: otherResource,
    scopes: [READ],
  })
})

test('a chain of exchanges names every client, and no scope comes back', async () => {
  const world = await start()
  const signedIn = await signIn(world, `${READ} ${WRITE}`)
  const first = await world.exchange(String(signedIn['access_token']))
  const back = { resource: world.resource, scope: `${READ} ${WRITE}` }
  const second = await world.exchange(String(first.body['access_token']), back, basic('worker'))
  expect(second).toMatchObject({ status: 200, body: { scope: READ } })
  expect(decodeJwt(String(second.body['access_token']))).toMatchObject({
    act: { sub: 'worker', act: { sub: 'gateway' } },
  })
})

test('SEC-402 only tokens that were meant for the client are exchanged, and nothing wider comes of them', async () => {
  const world = await start()
  const { exchange, reason, resource } = world
  const token = String((await signIn(world, READ))['access_token'])
  expect(await exchange(token, {}, basic('worker'))).toMatchObject(REFUSED)
  expect(reason()).toBe('subject_token.audience')
  expect(await exchange(`${token.slice(0, -4)}AAAA`)).toMatchObject(REFUSED)
  expect(await exchange(token, { scope: WRITE })).toMatchObject({
    body: { error: 'invalid_scope' },
  })
  expect(await exchange(token, { resource })).toMatchObject({ body: { error: 'invalid_target' } })
  expect(await exchange(token, { actor_token: token })).toMatchObject({
    body: { error: 'invalid_request' },
  })
  const idToken = { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }
  expect(await exchange(token, idToken)).toMatchObject({ body: { error: 'invalid_request' } })
  const audience = { resource: 'https://a.example.com', audience: 'https://b.example.com' }
  expect(await exchange(token, audience)).toMatchObject({ body: { error: 'invalid_target' } })
  expect((await exchange(token, {}, {})).status).toBe(400)
})

test('a token that a client got for itself is exchanged by nobody', async () => {
  const { post, exchange, reason, otherResource } = await start()
  const own = await post(
    { grant_type: 'client_credentials', resource: otherResource },
    basic('worker'),
  )
  const token = String(own.body['access_token'])
  expect(await exchange(token, {}, basic('worker'))).toMatchObject(REFUSED)
  expect(reason()).toBe('subject_token.client')
})

test('what was exchanged ends with the sign-in, and a revoked token is exchanged by nobody', async () => {
  const world = await start()
  const { exchange, whoami, otherResource, post, servers, issuer } = world
  const { access_token: token } = await signIn(world)
  const exchanged = String((await exchange(String(token))).body['access_token'])
  expect((await whoami(exchanged, otherResource)).status).toBe(200)
  const subject = String(decodeJwt(exchanged).sub)
  const [server] = servers
  const principal = createPrincipal({ sub: subject }, issuer)
  const [approval] = (await server?.approvals.list(principal)) ?? []
  await server?.approvals.revoke(principal, approval?.id ?? '')
  expect((await whoami(exchanged, otherResource)).status).toBe(401)
  expect(await exchange(String(token))).toMatchObject(REFUSED)

  const again = await signIn(world)
  const second = String(again['access_token'])
  await post({ token: second, client_id: again.clientId }, {}, '/revoke')
  expect(await exchange(second)).toMatchObject(REFUSED)
})

test('the new token is bound to the key of the client that exchanges', async () => {
  const world = await start({ dpop: { required: false } })
  const key = await createDpopClient(`${world.issuer}/token`, () => Math.floor(Date.now() / 1_000))
  const token = String((await signIn(world))['access_token'])
  const headers = { ...basic('gateway'), dpop: await proveRequest(key) }
  const bound = await world.exchange(token, {}, headers)
  expect(bound).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
  expect(decodeJwt(String(bound.body['access_token']))).toMatchObject({
    cnf: { jkt: key.thumbprint },
  })
  expect(await world.exchange(token, {}, headers)).toMatchObject({
    body: { error: 'invalid_dpop_proof' },
  })
})
