import { createResourceServer } from 'mcp-gatehouse'
import { createScriptedBrowser } from 'mcp-gatehouse/testing'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { ALICE, obtainTokens, postToken, register } from '../testing/flow.ts'
import { pass, stopTime } from '../unit/authorization-server/support/answers.ts'
import { startAuthorizationServer } from './world.ts'

beforeEach(stopTime)
afterEach(() => vi.useRealTimers())

type Tokens = Readonly<Record<string, unknown>>

test('a user whom a resource server revokes is refreshed no more, until they sign in again', async () => {
  const world = await startAuthorizationServer()
  onTestFinished(() => world.close())
  const { issuer, resource, server } = world
  const { verifier, revocations } = server
  const gatehouse = createResourceServer({
    resource,
    authorizationServers: [issuer],
    verifier,
    revocations,
    allowInsecureLoopback: true,
  })
  const authenticate = (tokens: Tokens) =>
    gatehouse.authenticate(
      new Request(resource, {
        headers: { authorization: `Bearer ${String(tokens['access_token'])}` },
      }),
    )
  const { client } = await register(issuer)
  const clientId = String(client['client_id'])
  const signIn = () =>
    obtainTokens(issuer, { browser: createScriptedBrowser(), clientId, signIn: ALICE })
  const refresh = (tokens: Tokens) =>
    postToken(issuer, {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: String(tokens['refresh_token']),
    })

  const tokens = await signIn()
  const admission = await authenticate(tokens)
  if (admission instanceof Response) throw new Error('the token was refused')
  await gatehouse.revoke({ issuer, subject: String(admission.principal.subject) })
  pass(1)
  expect(await authenticate(tokens)).toMatchObject({ status: 401 })
  expect(await refresh(tokens)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  const { body } = await refresh(await signIn())
  expect(await authenticate(body)).toHaveProperty('principal')
})
