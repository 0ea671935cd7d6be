import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { createResourceServer } from 'mcp-gatehouse'
import {
  type CreateAuthorizationServerOptions,
  createAuthorizationServer,
} from 'mcp-gatehouse/authorization-server'
import { createScriptedBrowser, type ScriptedBrowser, startKeycloak } from 'mcp-gatehouse/testing'
import { expect, onTestFinished, test } from 'vitest'
import { close, listen } from '../../src/testing/loopback-server.ts'
import { ALICE, obtainTokens, postToken, REDIRECT_URI, register } from '../testing/flow.ts'
import { newRing, startAuthorizationServer } from './world.ts'

type Options = Partial<CreateAuthorizationServerOptions>

/** A server, and what comes after it at the same address with other options: a restart. */
async function startRestartable(first: Options) {
  const world = await startAuthorizationServer({ options: () => first })
  await world.close()
  const http = createServer()
  await listen(http, Number(new URL(world.issuer).port), '127.0.0.1')
  onTestFinished(() => close(http))
  let { handler, verifier } = world.server
  http.on('request', (req, res) => void handler(req, res))
  return {
    ...world,
    async restart(second: Options): Promise<void> {
      ;({ handler, verifier } = await createAuthorizationServer({ ...world.options, ...second }))
    },
    async statusOf(token: unknown): Promise<number> {
      const { issuer, resource } = world
      const gatehouse = createResourceServer({
        resource,
        authorizationServers: [issuer],
        verifier,
        allowInsecureLoopback: true,
      })
      const headers = { authorization: `Bearer ${String(token)}` }
      const admission = await gatehouse.authenticate(new Request(resource, { headers }))
      return admission instanceof Response ? admission.status : 200
    },
  }
}

type Tokens = Readonly<Record<string, unknown>>

async function connect(issuer: string, browser: ScriptedBrowser) {
  const { client } = await register(issuer, { application_type: 'native' })
  const clientId = String(client['client_id'])
  const tokens = await obtainTokens(issuer, { browser, clientId, signIn: ALICE })
  return { clientId, tokens }
}

async function refresh(issuer: string, clientId: string, tokens: Tokens) {
  const { body } = await postToken(issuer, {
    grant_type: 'refresh_token',
    client_id: clientId,
    refresh_token: String(tokens['refresh_token']),
  })
  return body
}

test('signing keys that leaked are taken away: clients refresh, and nobody signs in again', async () => {
  const world = await startRestartable({})
  const browser = createScriptedBrowser()
  const { clientId, tokens } = await connect(world.issuer, browser)
  expect(await world.statusOf(tokens['access_token'])).toBe(200)
  const { cookies } = world.options.keys
  await world.restart({ keys: { cookies, signing: await newRing('signing') } })
  expect(await world.statusOf(tokens['access_token'])).toBe(401)
  const refreshed = await refresh(world.issuer, clientId, tokens)
  expect(await world.statusOf(refreshed['access_token'])).toBe(200)
  const signIn = { username: 'alice', password: 'is not asked for' }
  expect(await obtainTokens(world.issuer, { browser, clientId, signIn })).toHaveProperty(
    'access_token',
  )
})

test('cookie keys that leaked are taken away: clients go on, and a browser signs in once more', async () => {
  const world = await startRestartable({})
  const browser = createScriptedBrowser()
  const { clientId, tokens } = await connect(world.issuer, browser)
  const { signing } = world.options.keys
  await world.restart({ keys: { signing, cookies: await newRing('cookies') } })
  expect(await world.statusOf(tokens['access_token'])).toBe(200)
  expect(await refresh(world.issuer, clientId, tokens)).toHaveProperty('access_token')
  const wrong = { username: 'alice', password: 'is asked for' }
  await expect(obtainTokens(world.issuer, { browser, clientId, signIn: wrong })).rejects.toThrow(
    'The username or the password is wrong.',
  )
})

test('AS-25 the client secret at the upstream is changed, and nobody is signed out', async () => {
  const keycloak = await startKeycloak()
  onTestFinished(() => keycloak.close())
  const { issuer, clientId: upstreamId, clientSecret } = keycloak
  const upstream = { issuer, clientId: upstreamId, clientSecret, allowInsecureLoopback: true }
  const world = await startRestartable({ users: undefined, upstream })
  const browser = createScriptedBrowser()
  const { clientId, tokens } = await connect(world.issuer, browser)
  await world.restart({ users: undefined, upstream: { ...upstream, clientSecret: 'the next' } })
  expect(await world.statusOf(tokens['access_token'])).toBe(200)
  expect(await refresh(world.issuer, clientId, tokens)).toHaveProperty('access_token')
  const visits = keycloak.requests.length
  const again = { browser, clientId, signIn: ALICE }
  expect(await obtainTokens(world.issuer, again)).toHaveProperty('access_token')
  expect(keycloak.requests).toHaveLength(visits)
})

test('an initial access token is replaced, and who has registered with it stays', async () => {
  const allow = (token: string): Options => ({
    registration: {
      mode: 'token',
      initialAccessTokens: [{ sha256: createHash('sha256').update(token).digest('hex') }],
    },
  })
  const world = await startRestartable(allow('first'))
  const registerWith = (token: string): Promise<Response> =>
    fetch(`${world.issuer}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        client_name: token,
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
      }),
    })
  const registered = await registerWith('first')
  const { client_id: clientId } = (await registered.json()) as { readonly client_id: string }
  await world.restart(allow('second'))
  expect([(await registerWith('first')).status, (await registerWith('second')).status]).toEqual([
    401, 201,
  ])
  const flow = { browser: createScriptedBrowser(), clientId, signIn: ALICE }
  expect(await obtainTokens(world.issuer, flow)).toHaveProperty('access_token')
})
