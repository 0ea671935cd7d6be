import type { CreateAuthorizationServerOptions } from 'mcp-gatehouse/authorization-server'
import { expect, test } from 'vitest'
import { proveRequest } from '../security/support/dpop-authority.ts'
import { createDpopClient } from '../security/support/dpop-client.ts'
import { INVALID_GRANT, startEnterprise } from './enterprise-world.ts'
import { signIn } from './sign-in.ts'
import { basic, READ, SECRET, startGrants } from './world.ts'

const GRANT = { grant_type: 'client_credentials' } as const
const NEEDS_PROOF = { status: 400, body: { error: 'invalid_dpop_proof' } } as const
const BOUND = { status: 200, body: { token_type: 'DPoP' } } as const

const clientOf = (clientId: string, scopes: Record<string, string[]>, bound = false) => ({
  clientId,
  clientSecret: SECRET,
  grantTypes: ['client_credentials'],
  scopes,
  dpopBoundAccessTokens: bound,
})

const keyFor = (issuer: string) =>
  createDpopClient(`${issuer}/token`, () => Math.floor(Date.now() / 1_000))

test('SEC-400 a resource that wants bound tokens gets no others, by any grant', async () => {
  const world = await startGrants(({ resource, otherResource }) => ({
    dpop: {},
    resources: {
      [resource]: [READ],
      [otherResource]: { scopes: [READ], dpopBoundAccessTokens: true },
    },
    clients: [clientOf('report', { [resource]: [READ], [otherResource]: [READ] })],
  }))
  const { post, resource, otherResource, issuer } = world
  expect(await post({ ...GRANT, resource }, basic('report'))).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer' },
  })
  const request = { ...GRANT, resource: otherResource }
  expect(await post(request, basic('report'))).toMatchObject(NEEDS_PROOF)
  const dpop = await proveRequest(await keyFor(issuer))
  expect(await post(request, { ...basic('report'), dpop })).toMatchObject(BOUND)
  const bearer = await signIn({ issuer, resource: otherResource })
  expect(bearer).toMatchObject({ error: 'invalid_dpop_proof' })
  expect(await signIn({ issuer, resource })).toMatchObject({ token_type: 'Bearer' })
})

test('SEC-400 a client that has to bind its tokens gets no others for itself', async () => {
  const { post, issuer } = await startGrants(({ resource }) => ({
    dpop: {},
    clients: [clientOf('report', { [resource]: [READ] }, true)],
  }))
  expect(await post(GRANT, basic('report'))).toMatchObject(NEEDS_PROOF)
  const dpop = await proveRequest(await keyFor(issuer))
  expect(await post(GRANT, { ...basic('report'), dpop })).toMatchObject(BOUND)
})

test('SEC-400 SEC-402 a missing proof burns no identity assertion', async () => {
  const { mint, redeem, issuer } = await startEnterprise({
    server: () => ({ dpop: { required: true } }),
  })
  const assertion = await mint()
  expect(await redeem(assertion)).toMatchObject(NEEDS_PROOF)
  const headers = { ...basic('agent'), dpop: await proveRequest(await keyFor(issuer)) }
  expect(await redeem(assertion, {}, headers)).toMatchObject(BOUND)
  const again = { ...basic('agent'), dpop: await proveRequest(await keyFor(issuer)) }
  expect(await redeem(assertion, {}, again)).toMatchObject(INVALID_GRANT)
})

test('SEC-400 a resource that wants bound tokens where none are is refused at start', async () => {
  const start = startGrants(({ resource }) => {
    const resources: CreateAuthorizationServerOptions['resources'] = {
      [resource]: { scopes: [READ], dpopBoundAccessTokens: true },
    }
    return { resources }
  })
  await expect(start).rejects.toMatchObject({ code: 'ERR_CONFIG_OPTIONS_CONFLICT' })
})

test.each(['x-client-cert', 'x-ssl-client-cert', 'x-ssl-client-verify', 'ssl-client-cert'])(
  'SEC-403 %s of a client authenticates nobody and binds nothing',
  async (name) => {
    const { post } = await startGrants(({ resource }) => ({
      clients: [clientOf('report', { [resource]: [READ] })],
    }))
    const headers = { [name]: 'CN=report', 'x-ssl-client-s-dn': 'CN=report' }
    expect((await post({ ...GRANT, client_id: 'report' }, headers)).status).toBe(401)
    const answer = await post(GRANT, { ...basic('report'), ...headers })
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
  },
)
