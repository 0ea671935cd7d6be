import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { createRelay } from 'mcp-gatehouse/relay'
import { expect, test } from 'vitest'
import { freePort } from '../contract/free-port.ts'
import { connectMcpRemote } from '../e2e/clients/mcp-remote.ts'
import { connectSdkV1 } from '../e2e/clients/sdk-v1.ts'
import { ALICE } from '../e2e/world.ts'
import { getCode, newClient, postRegistration, readUpstreamRequest, redeem } from '../relay/flow.ts'
import { type RelayWorld, startRelay } from '../relay/world.ts'
import { callOf } from './world.ts'

// fastapi_mcp, its `AuthConfig` and what that sets up: docs/migrate/fastapi-mcp.md.

const METADATA = '/.well-known/oauth-authorization-server'
const REGISTRATION = JSON.stringify({ redirect_uris: ['http://127.0.0.1:9/callback'] })

test('system 4: dependencies are the gate, and tools know who calls', async () => {
  const { resource, provider } = await startRelay()
  expect((await fetch(resource, callOf('ping', {}, undefined))).status).toBe(401)
  expect((await fetch(resource, callOf('ping', {}, 'x.y.z'))).status).toBe(401)
  const client = await connectSdkV1(resource, ALICE)
  const caller = { issuer: provider.issuer, subject: provider.users['alice']?.sub }
  expect(JSON.parse(await client.callTool('whoami'))).toMatchObject(caller)
  await client.close()
})

test('system 4: issuer, oauth_metadata_url and authorize_url are one issuer', async () => {
  const world = await startRelay()
  const url = await readUpstreamRequest(world)
  const { issuer } = world.provider
  expect(url.origin + url.pathname).toBe(`${issuer}/protocol/openid-connect/auth`)
  expect(world.provider.requests).toContain('GET /realms/test/.well-known/openid-configuration')
})

test('system 4: audience and default_scope are added to the request', async () => {
  const { searchParams } = await readUpstreamRequest(await startRelay({ provider: 'Auth0' }))
  expect(searchParams.get('audience')).toMatch(/\/mcp$/)
  expect(searchParams.get('scope')).toBe(
    'openid profile email offline_access read:notes write:notes',
  )
})

test('system 4: client_id and client_secret are used on the server alone', async () => {
  const world = await startRelay()
  const code = await getCode(world, { clientId: await newClient(world) })
  const { status, body } = await redeem(world, code)
  expect(status).toBe(200)
  expect(JSON.stringify([body, code, world.events])).not.toContain(world.provider.clientSecret)
  const { clientId: _clientId, ...upstream } = world.options.upstream
  await expect(
    createRelay({ ...world.options, upstream: upstream as never }),
  ).rejects.toMatchObject({ code: 'ERR_CONFIG_NOT_A_STRING' })
})

test('system 4: custom_oauth_metadata is published as it is', async () => {
  const documentOf = (issuer: string) => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    scopes_supported: ['openid', 'profile', 'email'],
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
  })
  const { issuer } = await startRelay({
    options: (usual) => ({ metadata: documentOf(usual.issuer) }),
  })
  expect(await (await fetch(issuer + METADATA)).json()).toEqual(documentOf(issuer))
})

test('system 4: setup_fake_dynamic_registration can be switched off', async () => {
  const world = await startRelay({ options: () => ({ registration: 'off' }) })
  const { issuer } = world
  expect(await (await fetch(issuer + METADATA)).json()).not.toHaveProperty('registration_endpoint')
  // What is not the relay's goes on to the MCP server.
  expect((await postRegistration(issuer, '{}')).status).toBe(401)
})

test('system 4: the metadata keeps unknown fields, and no field of a request gets into it', async () => {
  const { issuer, provider } = await startRelay()
  const { hostname, port } = new URL(issuer)
  const metadata = JSON.parse(
    await new Promise<string>((resolve, reject) => {
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
      request({ hostname, port, path: METADATA, headers }, (answer) => {
        text(answer).then(resolve, reject)
      })
        .on('error', reject)
        .end()
    }),
  ) as Readonly<Record<string, unknown>>
  expect(JSON.stringify(metadata)).not.toContain('evil.example')
  expect(metadata).toMatchObject({ issuer, jwks_uri: expect.stringContaining(provider.issuer) })
  expect(metadata).toHaveProperty('claims_supported')
})

test('system 4: the authorization endpoint passes resource and PKCE on', async () => {
  const world = await startRelay()
  const challenge = 'c'.repeat(43)
  const { searchParams } = await readUpstreamRequest(world, {
    resource: world.resource,
    code_challenge: challenge,
  })
  expect(searchParams.get('resource')).toBe(world.resource)
  expect(searchParams.get('code_challenge')).toBe(challenge)
})

test('system 4: the registration endpoint never answers the secret', async () => {
  const { issuer, provider } = await startRelay()
  const { status, body } = await postRegistration(issuer, REGISTRATION)
  expect(status).toBe(201)
  expect(JSON.stringify(body)).not.toContain(provider.clientSecret)
  expect(JSON.stringify(body)).not.toContain(provider.clientId)
})

test('system 4: every method of the MCP endpoint is behind the gate', async () => {
  const { resource } = await startRelay()
  for (const method of ['GET', 'POST', 'DELETE']) {
    const answer = await fetch(resource, { method })
    expect([method, answer.status]).toEqual([method, 401])
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=')
  }
})

test('system 4: mcp-remote on a fixed port, and a token in a header of its own', async () => {
  const port = String(await freePort())
  const world = await startRelay()
  const client = await connectMcpRemote(world.resource, ALICE, [port])
  expect(JSON.parse(await client.callTool('whoami'))).toMatchObject({
    issuer: world.provider.issuer,
  })
  await client.close()
  const registered = world.events.find(({ type }) => type === 'client.registered')
  expect(registered).toBeDefined()
  expect((await fetch(world.resource, callOf('ping', {}, await tokenOf(world)))).status).toBe(200)
})

test('system 4: Auth0 by domain, audience, client id and secret', async () => {
  const world = await startRelay({ provider: 'Auth0' })
  const token = await tokenOf(world)
  expect((await fetch(world.resource, callOf('ping', {}, token))).status).toBe(200)
})

async function tokenOf(world: RelayWorld): Promise<string> {
  const code = await getCode(world, { clientId: await newClient(world) })
  return String((await redeem(world, code)).body['access_token'])
}
